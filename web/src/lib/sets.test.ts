import { expect, test } from 'vitest';
import { toggled } from './sets.ts';

test('a value that is switched comes and goes, and the set before stays as it was', () => {
  const before = new Set(['a']);
  expect([...toggled(before, 'b')]).toEqual(['a', 'b']);
  expect([...toggled(before, 'a')]).toEqual([]);
  expect([...before]).toEqual(['a']);
});
