import { expect, test } from 'vitest';
import { evenLayout, unevenLayout, visibleRange } from './grid-window.ts';

test.each([
  ['at the top', [0, 280, 28, 1000], { first: 0, last: 16 }],
  ['in the middle', [2800, 280, 28, 1000], { first: 94, last: 116 }],
  ['at the end', [27_720, 280, 28, 1000], { first: 984, last: 1000 }],
  ['of fewer rows than fit', [0, 280, 28, 3], { first: 0, last: 3 }],
  ['of no rows', [0, 280, 28, 0], { first: 0, last: 0 }],
  ['scrolled beyond a list that became shorter', [28_000, 280, 28, 5], { first: 5, last: 5 }],
] as const)('the visible rows %s, and a few around them, are drawn', (_where, [top, height, row, count], expected) => {
  expect(visibleRange(top, height, count, evenLayout(row))).toEqual(expected);
});

test('rows of different heights lie below each other', () => {
  const { topOf, rowAt } = unevenLayout([36, 76, 76, 36]);
  expect([0, 1, 2, 3, 4].map(topOf)).toEqual([0, 36, 112, 188, 224]);
  expect([0, 35, 36, 74, 111, 112, 223, 224].map(rowAt).map(Math.floor)).toEqual([0, 0, 1, 1, 1, 2, 3, 4]);
  expect(visibleRange(9000, 280, 4, { rowAt })).toEqual({ first: 4, last: 4 });
});
