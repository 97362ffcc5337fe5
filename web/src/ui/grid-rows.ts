/** Which rows and cells of a grid are drawn, and where its groups are. */

import type { Column, RowGroup } from './grid-types.ts';
import type { Range } from './grid-window.ts';

/** The visible rows, and the active one wherever it is: with its element the focus would be lost. */
export function drawnRows({ first, last }: Range, active: number): number[] {
  const indexes = Array.from({ length: last - first }, (_, at) => first + at);
  if (active < first) indexes.unshift(active);
  else if (active >= last) indexes.push(active);
  return indexes;
}

/** The columns of a row with how many columns each cell takes, without those that another cell covers. */
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
 * What → (1) and ← (-1) do on a row of a tree: open or close its group, or move to the row with this index, the next one or
 * the one that it stands below.
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
