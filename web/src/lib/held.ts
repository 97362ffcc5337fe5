import { useCallback, useRef, useState } from 'react';

/**
 * Keeps rows from moving under the reader: while `hold` is true rows only change their contents, and added, removed or
 * moved rows wait for `apply`. Otherwise every change shows at once. `scope` identifies the list (its filter and order);
 * nothing is held back when it changes. `waiting` counts what is held back because it would move rows.
 */
export function useHeldUpdates<Row>(
  latest: readonly Row[],
  rowKey: (row: Row) => string,
  hold: boolean,
  scope: string,
) {
  const shown = useRef({ rows: latest, scope });
  const [, draw] = useState(0);
  const { rows, waiting } = heldRows(shown.current, { rows: latest, scope }, hold, rowKey);
  shown.current = { rows, scope };
  const newest = useRef(latest);
  newest.current = latest;
  const apply = useCallback(() => {
    shown.current = { ...shown.current, rows: newest.current };
    draw((count) => count + 1);
  }, []);
  return { rows, waiting, apply };
}

interface Listed<Row> {
  rows: readonly Row[];
  scope: string;
}

/** The rows to show next, and how many changes wait: none unless the same list is held and has rows. */
export function heldRows<Row>(
  shown: Listed<Row>,
  latest: Listed<Row>,
  hold: boolean,
  rowKey: (row: Row) => string,
): { rows: readonly Row[]; waiting: number } {
  if (!hold || shown.scope !== latest.scope || shown.rows.length === 0) return { rows: latest.rows, waiting: 0 };
  return mergeRows(shown.rows, latest.rows, rowKey);
}

/** The old order with the new contents, and how many rows would be added, removed or moved. */
function mergeRows<Row>(
  shown: readonly Row[],
  latest: readonly Row[],
  rowKey: (row: Row) => string,
): { rows: readonly Row[]; waiting: number } {
  if (shown === latest) return { rows: latest, waiting: 0 };
  const byKey = new Map(latest.map((row) => [rowKey(row), row]));
  const before = new Set(shown.map(rowKey));
  const added = latest.filter((row) => !before.has(rowKey(row))).length;
  const removed = shown.filter((row) => !byKey.has(rowKey(row))).length;
  const oldOrder = shown.map(rowKey).filter((key) => byKey.has(key));
  const newOrder = latest.map(rowKey).filter((key) => before.has(key));
  const moved = oldOrder.length - longestKept(oldOrder, newOrder);
  if (added + removed + moved === 0) return { rows: latest, waiting: 0 };
  return { rows: shown.map((row) => byKey.get(rowKey(row)) ?? row), waiting: added + removed + moved };
}

/** The most rows that need not move: the length of the longest series of the old order that the new one keeps. */
function longestKept(oldOrder: readonly string[], newOrder: readonly string[]): number {
  const places = new Map(newOrder.map((key, place) => [key, place]));
  // For each length of a series, the lowest place at which one ends.
  const ends: number[] = [];
  for (const key of oldOrder) {
    const place = places.get(key) ?? 0;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < place) low = middle + 1;
      else high = middle;
    }
    ends[low] = place;
  }
  return ends.length;
}
