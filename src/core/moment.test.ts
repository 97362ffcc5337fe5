import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTimeZone, parseDuration, parseMoment } from './moment.ts';

describe('a duration', () => {
  test.each([
    ['0', 0],
    ['90', 90],
    ['5m', 300],
    ['1h30m', 5400],
    ['2d', 172_800],
    ['1w', 604_800],
    ['', null],
    ['h', null],
    ['1h30', null],
    ['-5m', null],
    ['1.5h', null],
    ['2H', null],
    ['1'.repeat(20), null],
  ])('%j is %s seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));
});

const now = Date.UTC(2026, 10, 24, 16);
const hour = 3_600_000;
const day = 24 * hour;

describe('a moment in UTC', () => {
  const read = (text: string) => parseMoment(text, { now, zone: 'UTC' });

  test.each([
    ['2026-11-20', Date.UTC(2026, 10, 20), day],
    ['2026-1-2', Date.UTC(2026, 0, 2), day],
    ['2024-02-29', Date.UTC(2024, 1, 29), day],
    ['2026-11-20T09:30', Date.UTC(2026, 10, 20, 9, 30), 60_000],
    ['2026-11-20_09:30:05', Date.UTC(2026, 10, 20, 9, 30, 5), 1000],
    ['today', Date.UTC(2026, 10, 24), day],
    ['yesterday', Date.UTC(2026, 10, 23), day],
    ['-2d', now - 2 * day, 0],
    ['2d', now - 2 * day, 0],
    ['1h30m', now - 1.5 * hour, 0],
    ['-0', now, 0],
  ])('%s is a time span', (text, from, span) => expect(read(text)).toEqual({ from, to: from + span }));

  test.each([
    '',
    '-',
    '-x',
    '2',
    '2026',
    'Today',
    'tomorrow',
    '2026-11',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '0050-01-01',
    '1600-01-01',
    '99999999d',
    '-999999999w999999999w',
  ])('%j is not a time', (text) => expect(read(text)).toBeNull());

  test.each(['24:00', '09:60', '09:30:60', '9:30'])('a day at %s is not a time', (clock) => {
    expect(read(`2026-11-20T${clock}`)).toBeNull();
  });
});

describe('a day', () => {
  test.each([
    // It is 01:00 of the 25th in Tokyo.
    ['Asia/Tokyo', 'today', '2026-11-24T15:00Z', 24],
    ['Asia/Tokyo', 'yesterday', '2026-11-23T15:00Z', 24],
    ['Asia/Tokyo', '2026-11-24', '2026-11-23T15:00Z', 24],
    ['America/New_York', 'today', '2026-11-24T05:00Z', 24],
    ['Asia/Kathmandu', '2026-11-24', '2026-11-23T18:15Z', 24],
    ['+09:30', '2026-11-24', '2026-11-23T14:30Z', 24],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00Z', 25],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00Z', 24.5],
    // The clocks went from 23:59 to 01:00, and the day began then; it ended an hour before it would have otherwise.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z', 23],
    ['America/Sao_Paulo', '2018-02-17', '2018-02-17T02:00Z', 25],
    // There was no 30 December 2011.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00Z', 0],
  ])('in %s, %s, begins at %s and has %d hours', (zone, text, start, hours) => {
    const from = Date.parse(start);
    expect(parseMoment(text, { now, zone })).toEqual({ from, to: from + hours * hour });
  });

  test('ends where the next one begins, in every zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    expect(zones.length).toBeGreaterThan(300);
    const days = fc.integer({ min: -5000, max: 40_000 }).map((count) => count * day);
    const print = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, (zone, ms) => {
        const [first, second] = [ms, ms + day].map((one) => parseMoment(print(one), { now, zone }));
        expect(first?.to).toBe(second?.from);
        expect((first?.to ?? 0) - (first?.from ?? 0)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });

  test('with a time that the clocks show twice is the first one; with a skipped time, it is as long after the change', () => {
    const at = (text: string) => parseMoment(text, { now, zone: 'Europe/Berlin' })?.from;
    expect(at('2026-10-25T02:30')).toBe(Date.parse('2026-10-25T00:30Z'));
    expect(at('2026-03-29T02:30')).toBe(Date.parse('2026-03-29T01:30Z'));
    expect(at('2026-03-29T03:30')).toBe(Date.parse('2026-03-29T01:30Z'));
  });
});

test.each([
  ['UTC', true],
  ['Asia/Tokyo', true],
  ['asia/tokyo', true],
  ['-03:00', true],
  ['', false],
  ['Mars/Olympus', false],
  ['x'.repeat(10_000), false],
])('%s is a time zone: %s', (text, expected) => expect(isTimeZone(text)).toBe(expected));
