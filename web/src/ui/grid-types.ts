import type { ReactNode } from 'react';

/** A column of a grid. Keep the list of columns the same between renders (useMemo): rows are drawn again when it changes. */
export interface Column<Row> {
  id: string;
  title: string;
  /** A track of `grid-template-columns`: "80px", "minmax(120px, 2fr)". */
  width: string;
  align?: 'right';
  sortable?: boolean;
  /** Not shown until it is chosen. */
  hidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** Its text in full: the tooltip, and what is sorted by when there is no `value`. */
  text?: (row: Row) => string;
  /** With it the grid sorts by this column itself; without it the order is the page's business. Null comes last. */
  value?: (row: Row) => string | number | null;
  /** How many columns its cell takes in a row, 1 by default; those that it covers are not drawn. */
  span?: (row: Row) => number;
}

/** Where a row stands in a tree. */
export interface RowGroup {
  /** 1 for the top. */
  level: number;
  /** Undefined when the row has nothing below it. */
  expanded?: boolean;
  onToggle?: () => void;
}

/** What a grid takes. */
export interface GridProps<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The address that the row leads to, below the dashboard's base. */
  rowHref?: (row: Row) => string;
  /** The key of the selected row. */
  selected?: string | null;
  /** Called when a row is clicked or reached by keys. */
  onSelect?: (row: Row) => void;
  /** Enter, o, or a double click; by default the row's address. */
  onOpen?: (row: Row) => void;
  /** "suite,-scheduled": columns, first things first, a minus for the other direction. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Makes it a treegrid. */
  groupOf?: (row: Row) => RowGroup;
  rowClass?: (row: Row) => string;
  /** A row on a narrow screen: two lines. */
  mobile: (row: Row) => ReactNode;
  label: string;
  emptyText: ReactNode;
  /** A css height; by default it fills what its place leaves. "auto" is as high as its rows, at most the screen. */
  height?: string;
  /** True while rows must not move: the grid is scrolled, or the pointer is over it. */
  onHold?: (hold: boolean) => void;
}
