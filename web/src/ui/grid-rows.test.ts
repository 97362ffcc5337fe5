import { describe, expect, test } from 'vitest';
import { drawnRows, treeStep, uncovered } from './grid-rows.ts';
import type { Column } from './grid-types.ts';

test.each([
  [{ first: 2, last: 5 }, 3, [2, 3, 4]],
  [{ first: 2, last: 5 }, 2, [2, 3, 4]],
  [{ first: 2, last: 5 }, 0, [0, 2, 3, 4]],
  [{ first: 2, last: 5 }, 5, [2, 3, 4, 5]],
  [{ first: 2, last: 5 }, 90, [2, 3, 4, 90]],
])('of the rows %j with the active row %i are drawn %j', (range, active, expected) => {
  expect(drawnRows(range, active)).toEqual(expected);
});

test('a cell that is wider covers those behind it', () => {
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
    ['nothing happens where there is no row', 9, 1, 9],
  ] as const)('%s', (_outcome, active, direction, expected) => {
    expect(treeStep(groups, active, direction)).toBe(expected);
  });
});
