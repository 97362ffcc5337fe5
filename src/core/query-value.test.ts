import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatcher, parseDuration, parseMoment } from './query.ts';

describe('a pattern', () => {
  test.each([
    ['wip-*', 'wip-x', true],
    ['wip-*', 'wip-', true],
    ['wip-*', 'a-wip-x', false],
    ['*-x', 'wip-x', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'a1c2b', false],
    ['aba*aba', 'ababa', false],
    ['a*ab*b', 'aab', false],
    ['a*ab*b', 'aabb', true],
    ['**', '', true],
    ['*\n*', 'a\nb', true],
    ['a.c*', 'abc', false],
    ['A*', 'abc', true],
    ['a*', 'ABC', true],
    ['É*', 'é', false],
    ['[a-z]*', 'b', false],
    ['%_*', '%_', true],
  ])('%j and %j: %s', (pattern, text, matches) => expect(globMatcher(pattern)(text)).toBe(matches));

  test('matches what a regular expression says', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'i');
        expect(globMatcher(pattern)(text)).toBe(expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('is tried on a long text, whatever its stars', () => {
    // As a regular expression eight stars took half a minute for 60 letters.
    expect(globMatcher(`${'a*'.repeat(2000)}b`)('a'.repeat(1_000_000))).toBe(false);
    expect(globMatcher(`${'*a'.repeat(2000)}b*`)('a'.repeat(1_000_000))).toBe(false);
  });
});

describe('durations and moments', () => {
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

  const now = Date.UTC(2026, 10, 24, 12);
  const day = 86_400_000;
  test.each([
    ['2026-11-20', Date.UTC(2026, 10, 20), day],
    ['2024-02-29', Date.UTC(2024, 1, 29), day],
    ['2026-11-20T09:30', Date.UTC(2026, 10, 20, 9, 30), 60_000],
    ['2026-11-20_09:30:05', Date.UTC(2026, 10, 20, 9, 30, 5), 1000],
    ['-2d', now - 2 * day, 0],
    ['-0', now, 0],
  ])('%s is a span', (text, from, span) => expect(parseMoment(text, now)).toEqual({ from, to: from + span }));

  test.each([
    '',
    '-',
    '-x',
    '2d',
    'today',
    '2026-11',
    '2026-1-2',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '0050-01-01',
  ])('%j is no moment', (text) => expect(parseMoment(text, now)).toBeNull());
  test.each(['24:00', '09:60', '09:30:60', '9:30'])('a day at %s is no moment', (clock) => {
    expect(parseMoment(`2026-11-20T${clock}`, now)).toBeNull();
  });
});
