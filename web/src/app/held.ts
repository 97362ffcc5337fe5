import { useCallback, useRef, useState } from 'react';

/** Rows that change in place, and the number of changes held back because they would move rows. */
export interface HeldRows<Row> {
  rows: readonly Row[];
  waiting: number;
  apply: () => void;
}

/**
 * Keeps rows from moving under the reader: while `hold` is true rows only change their contents, and added, removed or
 * moved rows wait for `apply`. Otherwise every change shows at once. `scope` identifies the list (its filter and order);
 * nothing is held back when it changes.
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

/** The old order with the new contents, and how many rows would be added, removed or moved. */
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
