import { describe, expect, test } from 'vitest';
import { type Column, changesOf, nextSort, parseSort, printColumns, shownColumns, sortRows } from './grid-columns.ts';

interface Row {
  name: string | null;
  size: number | null;
}

const columns: Column<Row>[] = [
  { id: 'name', title: 'Name', width: '1fr', cell: () => null, value: ({ name }) => name },
  { id: 'size', title: 'Size', width: '1fr', cell: () => null, value: ({ size }) => size },
  { id: 'page', title: 'Sorted by the page', width: '1fr', cell: () => null },
];

test('an order is parsed into columns, with a minus for descending', () => {
  expect(parseSort('suite,-scheduled,,-')).toEqual([
    { id: 'suite', descending: false },
    { id: 'scheduled', descending: true },
  ]);
});

test.each([
  ['', 'a', false, 'a'],
  ['a', 'a', false, '-a'],
  ['-a', 'a', false, ''],
  ['b', 'a', false, 'a'],
  ['b', 'a', true, 'b,a'],
  ['b,a', 'a', true, 'b,-a'],
  ['b,-a', 'a', true, 'b'],
  ['-b,a', 'b', true, 'a'],
])('a click in the order "%s" on %s, with Shift %s, leads to "%s"', (sort, id, add, expected) => {
  expect(nextSort(sort, id, add)).toBe(expected);
});

describe('rows are sorted', () => {
  const rows: Row[] = [
    { name: 'smithi10', size: 2 },
    { name: null, size: 1 },
    { name: 'smithi9', size: null },
    { name: 'Gibba1', size: 2 },
  ];
  const names = (sort: string) => sortRows(rows, columns, sort).map(({ name }) => name);

  test.each([
    ['name', ['Gibba1', 'smithi9', 'smithi10', null]],
    ['-name', ['smithi10', 'smithi9', 'Gibba1', null]],
    ['-size', ['smithi10', 'Gibba1', null, 'smithi9']],
    ['size', [null, 'smithi10', 'Gibba1', 'smithi9']],
    ['-size,name', ['Gibba1', 'smithi10', null, 'smithi9']],
  ])('by %s: numbers in texts by value, unknown values last', (sort, expected) => {
    expect(names(sort)).toEqual(expected);
  });

  test.each(['', 'page', 'none'])('by "%s" not at all, because the page does it', (sort) => {
    expect(sortRows(rows, columns, sort)).toBe(rows);
  });
});

const letters = [{ id: 'a' }, { id: 'b' }, { id: 'c', hidden: true }];
const shown = (cols: string) =>
  shownColumns(letters, cols)
    .filter(({ hidden }) => !hidden)
    .map(({ id }) => id);

test.each([
  ['', ['a', 'b']],
  ['+c', ['a', 'b', 'c']],
  ['-a,+c', ['b', 'c']],
  ['-a,-b', []],
  ['+nothing', ['a', 'b']],
])('cols=%s shows %j, and the URL describes these columns the same way', (cols, expected) => {
  expect(shown(cols)).toEqual(expected);
  expect(shown(printColumns(letters, expected))).toEqual(expected);
});

test('only differences from the default columns are in the URL', () => {
  expect(printColumns(letters, ['a', 'b'])).toBe('');
  expect(printColumns(letters, ['b', 'c'])).toBe('-a,+c');
});

test('a column of a facet is named by its key', () => {
  expect([...changesOf('+f:objectstore,-os')]).toEqual([
    ['f:objectstore', false],
    ['os', true],
  ]);
});
