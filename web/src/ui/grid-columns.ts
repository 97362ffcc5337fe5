import type { ReactNode } from 'react';

/** A column of a grid. Memoize the list of columns: if it changes, all rows are rendered again. */
export interface Column<Row> {
  id: string;
  title: string;
  /** Its track in `grid-template-columns`: "80px", "minmax(120px, 2fr)". */
  width: string;
  align?: 'right';
  sortable?: boolean;
  /** Whether the first click sorts in descending order: the best or largest value comes first. */
  descendingFirst?: boolean;
  /** Hidden until the user shows it. */
  hidden?: boolean;
  /** Renders the cell. The default is `text`. */
  cell?: (row: Row) => ReactNode;
  /** The full text of a cell, shown as its tooltip. */
  text?: (row: Row) => string;
  /** The value to sort by; null sorts last. Without it, the page does the sorting. */
  value?: (row: Row) => string | number | null;
  /** How many columns a cell spans, 1 by default; covered cells are not rendered. */
  span?: (row: Row) => number;
}

/** A column that can be sorted by `value`; `more` sets its other properties. */
export function sortedBy<Row>(
  id: string,
  title: string,
  width: string,
  value: Column<Row>['value'] & {},
  more: Partial<Column<Row>>,
): Column<Row> {
  return { id, title, width, sortable: true, value, ...more };
}

/** The position of a row in a tree. */
export interface RowGroup {
  /** 1 at the top. */
  level: number;
  /** Undefined for a row without children. */
  expanded?: boolean;
  onToggle?: () => void;
}

export interface GridProps<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The page of a row, relative to the dashboard's base. */
  rowHref?: (row: Row) => string;
  /** The key of the selected row. */
  selected?: string | null;
  /** Called when a row is clicked or reached with the keyboard. */
  onSelect?: (row: Row) => void;
  /** Called on Enter, o and double click; the default is to open the page of the row. */
  onOpen?: (row: Row) => void;
  /** The order, such as "suite,-scheduled": column ids, with a minus for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Makes the grid a tree. */
  groupOf?: (row: Row) => RowGroup;
  rowClass?: (row: Row) => string;
  /** Renders a row on a narrow screen. */
  mobile: (row: Row) => ReactNode;
  /** The number of lines of such a row; 2 by default. */
  mobileLines?: (row: Row) => 1 | 2 | 3;
  label: string;
  emptyText: ReactNode;
  /** "auto" makes the grid as high as its rows, up to the height of the screen. Otherwise it fills the available space. */
  height?: 'auto';
  /** Called with true while rows must not move: while the grid is scrolled or the pointer is over it. */
  onHold?: (hold: boolean) => void;
}

/** The columns of an order such as "suite,-scheduled". */
export function parseSort(sort: string): { id: string; descending: boolean }[] {
  return sort
    .split(',')
    .filter((part) => part !== '' && part !== '-')
    .map((part) => (part.startsWith('-') ? { id: part.slice(1), descending: true } : { id: part, descending: false }));
}

/**
 * The order after a click on a column: ascending, descending, none; with `descendingFirst`, descending before ascending. With `add`, the other
 * columns stay in the order.
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

type Choice = Pick<Column<never>, 'id' | 'hidden'>;

/** Sets `hidden` of the columns from `cols=` in the URL, which holds the differences from the default: "+flavor,-user". */
export function shownColumns<Column extends Choice>(columns: readonly Column[], cols: string): Column[] {
  const changes = changesOf(cols);
  return columns.map((column) => ({ ...column, hidden: changes.get(column.id) ?? column.hidden ?? false }));
}

/** Maps the ids of columns in `cols` to whether they are hidden. */
export function changesOf(cols: string): Map<string, boolean> {
  return new Map(cols.split(',').map((part) => [part.slice(1), part.startsWith('-')]));
}

/** The inverse of `shownColumns`. */
export function printColumns(columns: readonly Choice[], shown: readonly string[]): string {
  return columns
    .filter(({ id, hidden = false }) => shown.includes(id) === hidden)
    .map(({ id, hidden = false }) => `${hidden ? '+' : '-'}${id}`)
    .join(',');
}
