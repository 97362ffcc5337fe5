import { describe, expect, test } from 'vitest';
import {
  age,
  ago,
  clockTime,
  duration,
  exactTime,
  middleTruncate,
  number,
  plural,
  shortHost,
  shortSha1,
  traitsOf,
  zoneName,
} from './format.ts';

test.each([
  [0, '0s'],
  [45.4, '45s'],
  [59.4, '59s'],
  [60, '1m'],
  [3569, '59m'],
  [3600, '1h00'],
  [6420, '1h47'],
  [90_000, '25h00'],
  [null, '—'],
  [undefined, '—'],
  [-1, '—'],
  [Number.NaN, '—'],
])('%s seconds last %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});

describe('a time', () => {
  const now = Date.UTC(2026, 10, 25, 12); // a Wednesday
  test.each([
    [Date.UTC(2026, 10, 25, 9), '09:00 today'],
    [Date.UTC(2026, 10, 24, 22, 48), '22:48 Tue'],
    [Date.UTC(2026, 10, 20, 1), '01:00 Fri'],
    [Date.UTC(2026, 10, 2, 1), '2026-11-02'],
    [Date.UTC(2026, 10, 26, 1), '01:00 Thu'],
    [null, '—'],
  ])('%s is shown as %s', (at, expected) => {
    expect(clockTime(at, 'utc', now)).toBe(expected);
  });

  test('is exact in UTC', () => {
    expect(exactTime(now)).toMatch(/^2026-11-25 12:00:00 UTC/);
  });

  test.each([
    [5_000, '5 s ago'],
    [7 * 60_000, '7 m ago'],
    [2 * 3_600_000, '2 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [-5000, '0 s ago'],
  ])('%i ms before now was %s', (before, expected) => {
    expect(ago(now - before, now)).toBe(expected);
    expect(age(before / 1000)).toBe(expected.replace(' ago', ''));
  });
});

test('zones are named by their offset', () => {
  const at = (minutes: number) => ({ getTimezoneOffset: () => minutes }) as Date;
  expect([zoneName('utc', at(-60)), zoneName('local', at(0))]).toEqual(['UTC', 'UTC']);
  expect([-60, 300, -330].map((minutes) => zoneName('local', at(minutes)))).toEqual(['UTC+1', 'UTC−5', 'UTC+5:30']);
});

test('numbers and nouns agree', () => {
  expect([
    number(12_345),
    plural(1, 'job'),
    plural(0, 'job'),
    plural(5000, 'job'),
    plural(2, 'match', 'matches'),
  ]).toEqual(['12,345', '1 job', '0 jobs', '5,000 jobs', '2 matches']);
});

test('a cause is described by its kind and its class, or by one word if they are the same', () => {
  expect(traitsOf({ kind: 'infra', class: 'infra' })).toEqual(['infra']);
  expect(traitsOf({ kind: 'dead', class: 'unclear' })).toEqual(['no reason', 'unclear']);
});

test('long texts are shortened', () => {
  expect([shortSha1('936071df5e4a'), shortSha1(null), shortSha1(undefined)]).toEqual(['936071df', '', '']);
  expect([shortHost('smithi001.front.example'), shortHost('smithi001')]).toEqual(['smithi001', 'smithi001']);
  expect(middleTruncate('short', 10)).toBe('short');
  expect(middleTruncate('abcdefghijklmnopqrstuvwxyz', 11)).toBe('abcdef…wxyz');
});
