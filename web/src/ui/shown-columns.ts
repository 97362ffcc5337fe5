/** Which columns a list shows: `cols=` in the address is what differs from the usual, "+flavor,-user". */

interface Choice {
  id: string;
  hidden?: boolean;
}

/** The columns, with `hidden` as the address has it. */
export function shownColumns<Column extends Choice>(columns: readonly Column[], cols: string): Column[] {
  const changes = changesOf(cols);
  return columns.map((column) => ({ ...column, hidden: changes.get(column.id) ?? column.hidden ?? false }));
}

/** By id whether a column is taken away. */
export function changesOf(cols: string): Map<string, boolean> {
  return new Map(cols.split(',').map((part) => [part.slice(1), part.startsWith('-')]));
}

/** The opposite of `shownColumns`. */
export function printColumns(columns: readonly Choice[], shown: readonly string[]): string {
  return columns
    .filter(({ id, hidden = false }) => shown.includes(id) === hidden)
    .map(({ id, hidden = false }) => `${hidden ? '+' : '-'}${id}`)
    .join(',');
}
