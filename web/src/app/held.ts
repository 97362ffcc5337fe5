import { useCallback, useRef, useState } from 'react';

/** Rows that may change but not move, and how many moves wait. */
export interface HeldRows<Row> {
  rows: readonly Row[];
  waiting: number;
  apply: () => void;
}

/**
 * The no-jump rule: while `hold` is true the rows stay where they are and only take their new contents; rows that came,
 * went or moved wait. Without `hold` they are applied at once. `scope` names what is listed (the filter, the order): when it
 * changes, everything is shown as it is.
 */
export function useHeldUpdates<Row>(
  latest: readonly Row[],
  rowKey: (row: Row) => string,
  hold: boolean,
  scope = '',
): HeldRows<Row> {
  const shown = useRef({ rows: latest, scope });
  const [, draw] = useState(0);
  let waiting = 0;
  if (!hold || shown.current.scope !== scope || shown.current.rows.length === 0) {
    shown.current = { rows: latest, scope };
  } else if (shown.current.rows !== latest) {
    const merged = mergeRows(shown.current.rows, latest, rowKey);
    waiting = merged.waiting;
    shown.current = { rows: merged.rows, scope };
  }
  const newest = useRef(latest);
  newest.current = latest;
  const apply = useCallback(() => {
    shown.current = { ...shown.current, rows: newest.current };
    draw((count) => count + 1);
  }, []);
  return { rows: shown.current.rows, waiting, apply };
}

/** The old order with the new contents, and how many rows would come, go or move. */
export function mergeRows<Row>(
  shown: readonly Row[],
  latest: readonly Row[],
  rowKey: (row: Row) => string,
): { rows: readonly Row[]; waiting: number } {
  const byKey = new Map(latest.map((row) => [rowKey(row), row]));
  const before = new Set(shown.map(rowKey));
  const added = latest.filter((row) => !before.has(rowKey(row))).length;
  const removed = shown.filter((row) => !byKey.has(rowKey(row))).length;
  const oldOrder = shown.map(rowKey).filter((key) => byKey.has(key));
  const newOrder = latest.map(rowKey).filter((key) => before.has(key));
  const moved = oldOrder.filter((key, index) => key !== newOrder[index]).length;
  if (added + removed + moved === 0) return { rows: latest, waiting: 0 };
  return { rows: shown.map((row) => byKey.get(rowKey(row)) ?? row), waiting: added + removed + moved };
}
