import { expect, test } from 'vitest';
import { toggled } from './sets.ts';

test('toggling adds or removes a value, and does not change the given set', () => {
  const before = new Set(['a']);
  expect([...toggled(before, 'b')]).toEqual(['a', 'b']);
  expect([...toggled(before, 'a')]).toEqual([]);
  expect([...before]).toEqual(['a']);
});
