import type { Column } from './grid-types.ts';

export interface SortKey {
  id: string;
  descending: boolean;
}

/** Reads "suite,-scheduled". */
export function parseSort(sort: string): SortKey[] {
  return sort
    .split(',')
    .filter((part) => part !== '' && part !== '-')
    .map((part) => (part.startsWith('-') ? { id: part.slice(1), descending: true } : { id: part, descending: false }));
}

/**
 * The order after a click on a column: ascending, descending, none; with `descendingFirst` descending before ascending. With `add` the
 * other columns stay in the order.
 */
export function nextSort(sort: string, id: string, add: boolean, descendingFirst = false): string {
  const keys = parseSort(sort);
  const current = keys.find((key) => key.id === id);
  const [first, second] = descendingFirst ? [`-${id}`, id] : [id, `-${id}`];
  const isFirst = current !== undefined && current.descending === descendingFirst;
  const next = current === undefined ? first : isFirst ? second : '';
  if (!add) return next;
  const printed = keys.map((key) => (key.id === id ? next : `${key.descending ? '-' : ''}${key.id}`));
  if (current === undefined) printed.push(next);
  return printed.filter((part) => part !== '').join(',');
}

/** The sorted rows. Stable; columns without `value` are ignored, and unknown values come last. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string): readonly Row[] {
  const keys = parseSort(sort).flatMap(({ id, descending }) => {
    const column = columns.find((candidate) => candidate.id === id);
    const value = column?.value;
    return value === undefined ? [] : [{ value, descending }];
  });
  if (keys.length === 0) return rows;
  const collator = new Intl.Collator('en', { numeric: true });
  return rows
    .map((row) => ({ row, values: keys.map(({ value }) => value(row)) }))
    .sort((a, b) => {
      for (const [index, { descending }] of keys.entries()) {
        const order = compare(a.values[index] ?? null, b.values[index] ?? null, descending, collator);
        if (order !== 0) return order;
      }
      return 0;
    })
    .map(({ row }) => row);
}

type SortValue = string | number | null;

function compare(a: SortValue, b: SortValue, descending: boolean, collator: Intl.Collator): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return descending ? -order : order;
}
