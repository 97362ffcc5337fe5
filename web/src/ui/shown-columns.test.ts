import { expect, test } from 'vitest';
import { changesOf, printColumns, shownColumns } from './shown-columns.ts';

const columns = [{ id: 'a' }, { id: 'b' }, { id: 'c', hidden: true }];
const shown = (cols: string) =>
  shownColumns(columns, cols)
    .filter(({ hidden }) => !hidden)
    .map(({ id }) => id);

test.each([
  ['', ['a', 'b']],
  ['+c', ['a', 'b', 'c']],
  ['-a,+c', ['b', 'c']],
  ['-a,-b', []],
  ['+nothing', ['a', 'b']],
])('cols=%s shows %j, and is what the address says of them', (cols, expected) => {
  expect(shown(cols)).toEqual(expected);
  expect(shown(printColumns(columns, expected))).toEqual(expected);
});

test('only what differs from the usual columns is in the address', () => {
  expect(printColumns(columns, ['a', 'b'])).toBe('');
  expect(printColumns(columns, ['b', 'c'])).toBe('-a,+c');
});

test('a column of a facet is named by its key', () => {
  expect([...changesOf('+f:objectstore,-os')]).toEqual([
    ['f:objectstore', false],
    ['os', true],
  ]);
});
