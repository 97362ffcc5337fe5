/** Which rows and cells of a grid are drawn, and where its groups are. */

import type { Column } from './grid-types.ts';
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

/** The index of the row that a row stands below in a tree; its own when it stands at the top. */
export function parentOf(levels: readonly number[], index: number): number {
  const parent = levels.findLastIndex((level, at) => at < index && level < (levels[index] ?? 1));
  return parent === -1 ? index : parent;
}
