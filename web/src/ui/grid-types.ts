import type { ReactNode } from 'react';

/** A column of a grid. Memoize the list of columns: when it changes, all rows are rendered again. */
export interface Column<Row> {
  id: string;
  title: string;
  /** Its track in `grid-template-columns`: "80px", "minmax(120px, 2fr)". */
  width: string;
  align?: 'right';
  sortable?: boolean;
  /** Whether the first click sorts descending: by what is best or most. */
  descendingFirst?: boolean;
  /** Hidden until a person shows it. */
  hidden?: boolean;
  /** What is shown; its `text` when it is missing. */
  cell?: (row: Row) => ReactNode;
  /** The full text of a cell, shown as its tooltip. */
  text?: (row: Row) => string;
  /** The value to sort by; null sorts last. Without it, the page does the sorting. */
  value?: (row: Row) => string | number | null;
  /** How many columns a cell spans, 1 by default; covered cells are not rendered. */
  span?: (row: Row) => number;
}

/** A column that can be sorted by `value`; `more` is what else there is to say of it. */
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
  /** The order, as "suite,-scheduled": column ids, with a minus for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Makes the grid a tree. */
  groupOf?: (row: Row) => RowGroup;
  rowClass?: (row: Row) => string;
  /** A row on a narrow screen. */
  mobile: (row: Row) => ReactNode;
  /** How many lines that are: 2 when it is missing. */
  mobileLines?: (row: Row) => 1 | 2 | 3;
  label: string;
  emptyText: ReactNode;
  /** "auto" makes the grid as high as its rows, up to the screen; otherwise it fills the available space. */
  height?: 'auto';
  /** Called with true while rows must stay in place: the grid is scrolled, or the pointer is over it. */
  onHold?: (hold: boolean) => void;
}
