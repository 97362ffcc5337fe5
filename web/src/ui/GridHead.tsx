import type { KeyboardEvent } from 'react';
import { type GridProps, nextSort, parseSort } from './grid-columns.ts';

type GridHeadProps<Row> = Required<Pick<GridProps<Row>, 'columns' | 'sort' | 'onSort'>>;

/** The column titles. A click sorts by a column; a click with Shift adds the column to the order. */
export function GridHead<Row>({ columns, sort, onSort }: GridHeadProps<Row>) {
  const keys = parseSort(sort);
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" className="grid-titles" aria-rowindex={1}>
        {columns.map((column) => {
          const at = keys.findIndex(({ id }) => id === column.id);
          const key = keys[at];
          const order = key === undefined ? 'none' : key.descending ? 'descending' : 'ascending';
          return (
            <div
              key={column.id}
              role="columnheader"
              className={column.align === 'right' ? 'cell cell-right' : 'cell'}
              aria-sort={column.sortable ? order : undefined}
            >
              {column.sortable ? (
                <button
                  type="button"
                  className="sort"
                  title="Sort by this column; Shift-click to sort by several columns"
                  onKeyDown={moveAside}
                  onClick={(event) => onSort(nextSort(sort, column.id, event.shiftKey, column.descendingFirst))}
                >
                  {column.title}
                  <SortMark order={order} place={keys.length > 1 ? at + 1 : 0} />
                </button>
              ) : (
                column.title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SortMark({ order, place }: { order: 'none' | 'ascending' | 'descending'; place: number }) {
  if (order === 'none') return null;
  return (
    <span className="sort-mark" aria-hidden="true">
      {order === 'ascending' ? '▴' : '▾'}
      {place > 0 && <sub>{place}</sub>}
    </span>
  );
}

function moveAside(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.stopPropagation();
  const all = [...(event.currentTarget.closest('.grid-titles')?.querySelectorAll<HTMLElement>('.sort') ?? [])];
  all[all.indexOf(event.currentTarget) + step]?.focus();
}
