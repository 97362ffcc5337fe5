import { describe, expect, test } from 'vitest';
import type { Column } from './grid-columns.ts';
import { drawnRows, evenLayout, treeStep, uncovered, unevenLayout, visibleRange } from './grid-window.ts';

test.each([
  ['at the top', [0, 280, 28, 1000], { first: 0, last: 16 }],
  ['in the middle', [2800, 280, 28, 1000], { first: 94, last: 116 }],
  ['at the end', [27_720, 280, 28, 1000], { first: 984, last: 1000 }],
  ['of fewer rows than fit', [0, 280, 28, 3], { first: 0, last: 3 }],
  ['of no rows', [0, 280, 28, 0], { first: 0, last: 0 }],
  ['scrolled beyond a list that became shorter', [28_000, 280, 28, 5], { first: 5, last: 5 }],
] as const)(
  'the visible rows %s, and a few around them, are rendered',
  (_where, [top, height, row, count], expected) => {
    expect(visibleRange(top, height, count, evenLayout(row))).toEqual(expected);
  },
);

test('rows of different heights follow each other without gaps', () => {
  const { topOf, rowAt } = unevenLayout([36, 76, 76, 36]);
  expect([0, 1, 2, 3, 4].map(topOf)).toEqual([0, 36, 112, 188, 224]);
  expect([0, 35, 36, 74, 111, 112, 223, 224].map(rowAt).map(Math.floor)).toEqual([0, 0, 1, 1, 1, 2, 3, 4]);
  expect(visibleRange(9000, 280, 4, { rowAt })).toEqual({ first: 4, last: 4 });
});

test.each([
  [{ first: 2, last: 5 }, 3, [2, 3, 4]],
  [{ first: 2, last: 5 }, 2, [2, 3, 4]],
  [{ first: 2, last: 5 }, 0, [0, 2, 3, 4]],
  [{ first: 2, last: 5 }, 5, [2, 3, 4, 5]],
  [{ first: 2, last: 5 }, 90, [2, 3, 4, 90]],
])('with the visible rows %j and the active row %i, the rows %j are rendered', (range, active, expected) => {
  expect(drawnRows(range, active)).toEqual(expected);
});

test('a cell that spans several columns covers the cells after it', () => {
  const column = (id: string, span?: (row: string) => number): Column<string> => ({
    id,
    title: id,
    width: '1fr',
    cell: () => null,
    ...(span && { span }),
  });
  const columns = [column('a'), column('b', (row) => (row === 'wide' ? 2 : 1)), column('c'), column('d')];
  const drawn = (row: string) => uncovered(columns, row).map(({ column: { id }, span }) => `${id}${span}`);
  expect(drawn('wide')).toEqual(['a1', 'b2', 'd1']);
  expect(drawn('plain')).toEqual(['a1', 'b1', 'c1', 'd1']);
});

describe('in a tree', () => {
  const groups = [
    { level: 1, expanded: true },
    { level: 2 },
    { level: 2 },
    { level: 1, expanded: false },
    { level: 1 },
    { level: 1, expanded: true },
    { level: 2 },
  ];
  test.each([
    ['→ on an open group goes to its first row', 0, 1, 1],
    ['← on an open group closes it', 0, -1, 'toggle'],
    ['→ on a closed group opens it', 3, 1, 'toggle'],
    ['← on a closed group stays', 3, -1, 3],
    ['← on a row goes to its group', 2, -1, 0],
    ['← on a row of a later group goes to that group', 6, -1, 5],
    ['→ on a row goes to the next one', 1, 1, 2],
    ['← on a row at the top stays', 4, -1, 4],
    ['nothing happens if there is no row', 9, 1, 9],
  ] as const)('%s', (_outcome, active, direction, expected) => {
    expect(treeStep(groups, active, direction)).toBe(expected);
  });
});
