/** The list component of the dashboard: a table or a tree with rows of fixed height. Only visible rows are rendered. */
import { type CSSProperties, type MouseEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePreferences } from '../lib/preferences.ts';
import { GridHead } from './GridHead.tsx';
import { GridRow } from './GridRow.tsx';
import { type GridProps, sortRows } from './grid-columns.ts';
import { type GridCursor, useGridCursor } from './grid-keys.ts';
import { drawnRows, evenLayout, type Layout, scrollerOf, unevenLayout, useHold, useWindow } from './grid-window.ts';
import { useNarrow } from './narrow.ts';

export type { Column, GridProps, RowGroup } from './grid-columns.ts';

const rowHeights = { compact: 28, comfortable: 36 };
const mobileHeights = { 1: 36, 2: 54, 3: 76 };

/** A list of rows; see `GridProps`. */
export function Grid<Row>(given: GridProps<Row>) {
  const [ownSort, setOwnSort] = useState('');
  const sort = given.sort ?? ownSort;
  const { groupOf } = given;
  const rows = useMemo(
    () => (groupOf ? given.rows : sortRows(given.rows, given.columns, sort)),
    [given.rows, given.columns, sort, groupOf],
  );
  const columns = useMemo(() => given.columns.filter(({ hidden }) => !hidden), [given.columns]);
  if (rows.length === 0) return <div className="grid-empty">{given.emptyText}</div>;
  return <FilledGrid {...given} rows={rows} columns={columns} sort={sort} onSort={given.onSort ?? setOwnSort} />;
}

function FilledGrid<Row>(props: GridProps<Row> & { sort: string; onSort: (sort: string) => void }) {
  const { rows, columns, rowKey, groupOf, height, label, onHold } = props;
  const grid = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const { density } = usePreferences();
  const layout = useLayout(
    rows,
    narrow ? mobileHeights[2] : rowHeights[density],
    narrow ? props.mobileLines : undefined,
  );
  const range = useWindow(grid, body, rows.length, layout);
  const reveal = useReveal(grid, body, layout);
  const cursor = useGridCursor(props, reveal);
  useFollow(grid, props.selected ?? null, cursor.active, reveal);
  useHold(grid, onHold);
  const clicks = useClicks(props, cursor);
  const propsAt = (index: number) => {
    const row = rows[index]!;
    const { level, expanded, onToggle } = groupOf?.(row) ?? {};
    return {
      row,
      level,
      expanded,
      name: rowKey(row),
      top: layout.topOf(index),
      height: layout.topOf(index + 1) - layout.topOf(index),
      mobile: narrow ? props.mobile : null,
      href: onToggle ? null : (props.rowHref?.(row) ?? null),
      className: `grid-row ${props.rowClass?.(row) ?? ''}`,
      active: index === cursor.active,
      selected: props.selected === undefined ? undefined : props.selected === rowKey(row),
    };
  };
  return (
    <div
      ref={grid}
      role={groupOf ? 'treegrid' : 'grid'}
      className={`grid grid-${height === 'auto' ? 'own' : 'fill'}${narrow ? ' grid-narrow' : ''}`}
      style={{ '--columns': columns.map(({ width }) => width).join(' ') } as CSSProperties}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={narrow ? 1 : columns.length}
      onKeyDown={cursor.onKeyDown}
      {...clicks}
    >
      {!narrow && <GridHead columns={columns} sort={props.sort} onSort={props.onSort} />}
      <div ref={body} role="rowgroup" className="grid-body" style={{ height: layout.topOf(rows.length) }}>
        {drawnRows(range, cursor.active).map((index) => (
          <GridRow key={rowKey(rows[index]!)} {...{ index, columns }} {...propsAt(index)} />
        ))}
      </div>
    </div>
  );
}

/** The positions of the rows. Without `linesOf`, all of them have the same height. */
function useLayout<Row>(rows: readonly Row[], rowHeight: number, linesOf: GridProps<Row>['mobileLines']): Layout {
  const latest = useRef(linesOf);
  latest.current = linesOf;
  const isEven = linesOf === undefined;
  return useMemo(() => {
    if (isEven) return evenLayout(rowHeight);
    return unevenLayout(rows.map((row) => mobileHeights[latest.current?.(row) ?? 2]));
  }, [rows, rowHeight, isEven]);
}

type Ref = { current: HTMLDivElement | null };

/** Scrolls to the selected row if something other than the cursor selected it, and moves the focus there unless it is elsewhere. */
function useFollow(
  grid: Ref,
  selected: string | null,
  active: number,
  reveal: (index: number, focus: boolean) => void,
): void {
  const shown = useRef<string | null>(null);
  useLayoutEffect(() => {
    const isFirst = shown.current === null;
    if (selected === null || selected === shown.current) return;
    shown.current = selected;
    const { activeElement } = document;
    const isFree =
      activeElement === document.body || activeElement?.id === 'main' || grid.current?.contains(activeElement);
    reveal(active, !isFirst && Boolean(isFree));
  });
}

/** Scrolls to a row, and focuses it once it is rendered. */
function useReveal(grid: Ref, body: Ref, layout: Layout): (index: number, focus: boolean) => void {
  const wanted = useRef<number | null>(null);
  const focusWanted = () => {
    if (wanted.current === null) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  };
  useLayoutEffect(focusWanted);
  return (index, focus) => {
    if (grid.current === null || body.current === null) return;
    const scroller = scrollerOf(grid.current);
    const frame = scroller.getBoundingClientRect();
    const top = body.current.getBoundingClientRect().top - frame.top + layout.topOf(index);
    const rowHeight = layout.topOf(index + 1) - layout.topOf(index);
    const head = grid.current.querySelector('.grid-head')?.clientHeight ?? 0;
    if (top < head) scroller.scrollTop += top - head;
    else if (top + rowHeight > frame.height) scroller.scrollTop += top + rowHeight - scroller.clientHeight;
    if (!focus) return;
    wanted.current = index;
    focusWanted();
  };
}

/** Handles clicks on rows. Links and buttons in a row handle their own clicks. */
function useClicks<Row>(props: GridProps<Row>, cursor: GridCursor) {
  const indexAt = ({ target }: MouseEvent): number | null => {
    if (!(target instanceof Element)) return null;
    const inner = target.closest('a, button, input, select');
    if (inner !== null && !inner.classList.contains('row-link')) return null;
    const index = target.closest<HTMLElement>('.grid-row')?.dataset.index;
    return index === undefined ? null : Number(index);
  };
  const plain = (event: MouseEvent) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  return {
    // Handle this before the link of the row, which would leave the page.
    onClickCapture: (event: MouseEvent) => {
      const index = indexAt(event);
      if (index === null || !plain(event)) return;
      const toggle = props.groupOf?.(props.rows[index]!).onToggle;
      if (props.onSelect || toggle) event.preventDefault();
      cursor.moveTo(index, true);
      toggle?.();
    },
    onDoubleClick: (event: MouseEvent) => {
      const index = indexAt(event);
      if (index !== null && props.onSelect && !props.groupOf?.(props.rows[index]!).onToggle) cursor.open(index);
    },
  };
}
