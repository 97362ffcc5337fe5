/** The visible columns of a list. `cols=` in the address holds what differs from the default: "+flavor,-user". */

interface Choice {
  id: string;
  hidden?: boolean;
}

/** The columns with `hidden` set as the address says. */
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
