/** Which rows and cells of a grid are rendered, and how keys move in a tree. */

import type { Column, RowGroup } from './grid-types.ts';
import type { Range } from './grid-window.ts';

/** The indexes of the visible rows and of the active row, which must stay in the document to keep the focus. */
export function drawnRows({ first, last }: Range, active: number): number[] {
  const indexes = Array.from({ length: last - first }, (_, at) => first + at);
  if (active < first) indexes.unshift(active);
  else if (active >= last) indexes.push(active);
  return indexes;
}

/** The cells of a row with their spans, without those that another cell covers. */
export function uncovered<Row>(columns: readonly Column<Row>[], row: Row): { column: Column<Row>; span: number }[] {
  let covered = 0;
  return columns.flatMap((column) => {
    if (covered > 0) {
      covered--;
      return [];
    }
    const span = column.span?.(row) ?? 1;
    covered = span - 1;
    return [{ column, span }];
  });
}

/**
 * What → (1) and ← (-1) do on a row of a tree: toggle its group, or move to the row with the returned index, which is the
 * next row or the parent.
 */
export function treeStep(
  groups: readonly Pick<RowGroup, 'level' | 'expanded'>[],
  active: number,
  direction: 1 | -1,
): 'toggle' | number {
  const group = groups[active];
  if (group === undefined) return active;
  if (group.expanded === (direction === -1)) return 'toggle';
  if (direction === 1) return active + 1;
  const parent = groups.findLastIndex(({ level }, at) => at < active && level < group.level);
  return parent === -1 ? active : parent;
}
