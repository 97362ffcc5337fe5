import { describe, expect, test } from 'vitest';
import { heldRows } from './held.ts';

interface Row {
  id: string;
  text: string;
}

const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id, text: id }));
const merge = (shown: Row[], latest: Row[], { hold = true, scope = 'q' } = {}) =>
  heldRows({ rows: shown, scope: 'q' }, { rows: latest, scope }, hold, ({ id }) => id);

describe('held rows', () => {
  test('are updated in place', () => {
    const latest = [
      { id: 'a', text: 'changed' },
      { id: 'b', text: 'b' },
    ];
    expect(merge(rows('a', 'b'), latest)).toEqual({ rows: latest, waiting: 0 });
  });

  test('hold back new rows, and still update the others', () => {
    const latest = [...rows('new'), { id: 'a', text: 'changed' }, ...rows('b')];
    expect(merge(rows('a', 'b'), latest)).toEqual({ rows: [{ id: 'a', text: 'changed' }, ...rows('b')], waiting: 1 });
  });

  test('include removed rows', () => {
    expect(merge(rows('a', 'b'), rows('b'))).toEqual({ rows: rows('a', 'b'), waiting: 1 });
  });

  test('keep their order, and the number of rows that would move is counted', () => {
    expect(merge(rows('a', 'b', 'c'), rows('c', 'a', 'b'))).toEqual({ rows: rows('a', 'b', 'c'), waiting: 1 });
    expect(merge(rows('a', 'b', 'c', 'd'), rows('b', 'c', 'd', 'a')).waiting).toBe(1);
    expect(merge(rows('a', 'b', 'c'), rows('c', 'b', 'a')).waiting).toBe(2);
  });

  test('count added and removed rows', () => {
    expect(merge(rows('a', 'b'), rows('b', 'c'))).toEqual({ rows: rows('a', 'b'), waiting: 2 });
  });

  test.each([
    ['they are not held', rows('a'), { hold: false }],
    ['another list is shown', rows('a'), { scope: 'other' }],
    ['there were none before', [], {}],
  ])('show all changes at once when %s', (_when, shown, options) => {
    expect(merge(shown, rows('b', 'a'), options)).toEqual({ rows: rows('b', 'a'), waiting: 0 });
  });
});
