import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatcher } from './query-value.ts';

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

  test('matches like a regular expression', () => {
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

  test('is fast on a long text, no matter how many stars it has', () => {
    // A regular expression with eight stars took half a minute for 60 letters.
    expect(globMatcher(`${'a*'.repeat(2000)}b`)('a'.repeat(1_000_000))).toBe(false);
    expect(globMatcher(`${'*a'.repeat(2000)}b*`)('a'.repeat(1_000_000))).toBe(false);
  });
});
