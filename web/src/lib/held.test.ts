import { describe, expect, test } from 'vitest';
import { heldRows } from './held.ts';

interface Row {
  id: string;
  text: string;
}

const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id, text: id }));
const merge = (shown: Row[], latest: Row[], { hold = true, scope = 'q' } = {}) =>
  heldRows({ rows: shown, scope: 'q' }, { rows: latest, scope }, hold, ({ id }) => id);

describe('rows that are held', () => {
  test('take their new contents in place', () => {
    const latest = [
      { id: 'a', text: 'changed' },
      { id: 'b', text: 'b' },
    ];
    expect(merge(rows('a', 'b'), latest)).toEqual({ rows: latest, waiting: 0 });
  });

  test('let new rows wait, and still take the contents of the others', () => {
    const latest = [...rows('new'), { id: 'a', text: 'changed' }, ...rows('b')];
    expect(merge(rows('a', 'b'), latest)).toEqual({ rows: [{ id: 'a', text: 'changed' }, ...rows('b')], waiting: 1 });
  });

  test('keep rows that are gone', () => {
    expect(merge(rows('a', 'b'), rows('b'))).toEqual({ rows: rows('a', 'b'), waiting: 1 });
  });

  test('keep their order, and count those that would move', () => {
    expect(merge(rows('a', 'b', 'c'), rows('c', 'a', 'b'))).toEqual({ rows: rows('a', 'b', 'c'), waiting: 1 });
    expect(merge(rows('a', 'b', 'c', 'd'), rows('b', 'c', 'd', 'a')).waiting).toBe(1);
    expect(merge(rows('a', 'b', 'c'), rows('c', 'b', 'a')).waiting).toBe(2);
  });

  test('wait for as many rows as come as for rows that go', () => {
    expect(merge(rows('a', 'b'), rows('b', 'c'))).toEqual({ rows: rows('a', 'b'), waiting: 2 });
  });

  test.each([
    ['they are not held', rows('a'), { hold: false }],
    ['another list is shown', rows('a'), { scope: 'other' }],
    ['there were none before', [], {}],
  ])('show everything at once when %s', (_when, shown, options) => {
    expect(merge(shown, rows('b', 'a'), options)).toEqual({ rows: rows('b', 'a'), waiting: 0 });
  });
});
