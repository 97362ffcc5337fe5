import { memo, type ReactNode, useLayoutEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Column } from './grid-columns.ts';
import { uncovered } from './grid-window.ts';

/** The properties of a row; they are compared by identity, so that unchanged rows are not rendered again. */
interface GridRowProps<Row> {
  row: Row;
  index: number;
  /** The key of the row, used as the name of its link. */
  name: string;
  top: number;
  height: number;
  columns: readonly Column<Row>[];
  mobile: ((row: Row) => ReactNode) | null;
  href: string | null;
  level: number | undefined;
  expanded: boolean | undefined;
  className: string;
  active: boolean;
  selected: boolean | undefined;
}

/** A row: its cells, above a link across its width if it has a page. */
function PlainRow<Row>(props: GridRowProps<Row>) {
  const { row, columns, mobile, href, active, index } = props;
  const element = useRef<HTMLDivElement>(null);
  // The grid is one tab stop, so only controls in the active row can be reached with Tab.
  useLayoutEffect(() => {
    for (const inner of element.current?.querySelectorAll<HTMLElement>('a, button') ?? []) {
      inner.tabIndex = active && !inner.classList.contains('row-link') ? 0 : -1;
    }
  });
  const link =
    href === null ? null : <Link className="row-link" href={href} aria-label={`Open ${props.name}`} tabIndex={-1} />;
  return (
    <div
      ref={element}
      role="row"
      className={props.className}
      style={{ top: props.top, height: props.height }}
      tabIndex={active ? 0 : -1}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={props.selected}
      aria-level={props.level}
      aria-expanded={props.expanded}
    >
      {mobile !== null ? (
        <div role="gridcell" className="cell cell-mobile">
          {link}
          {mobile(row)}
        </div>
      ) : (
        uncovered(columns, row).map(({ column, span }, at) => (
          <div
            key={column.id}
            role="gridcell"
            aria-colspan={span > 1 ? span : undefined}
            style={span > 1 ? { gridColumn: `span ${span}` } : undefined}
            className={column.align === 'right' ? 'cell cell-right' : 'cell'}
            title={column.text?.(row) || undefined}
          >
            {at === 0 && link}
            {(column.cell ?? column.text)?.(row)}
          </div>
        ))
      )}
    </div>
  );
}

/** A row of a grid, rendered again only when its properties change. */
export const GridRow = memo(PlainRow) as typeof PlainRow;
