import { useCallback, useRef, useState } from 'react';
import { firstPlace } from './sets.ts';

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

type Listed<Row> = { rows: readonly Row[]; scope: string };

/**
 * The rows to show next, and how many changes wait: unless the same list is held and has rows, all and none; otherwise the old order with
 * the new contents, and how many rows would be added, removed or moved.
 */
export function heldRows<Row>(
  shown: Listed<Row>,
  latest: Listed<Row>,
  hold: boolean,
  rowKey: (row: Row) => string,
): { rows: readonly Row[]; waiting: number } {
  const [old, rows] = [shown.rows, latest.rows];
  if (!hold || shown.scope !== latest.scope || old.length === 0 || old === rows) return { rows, waiting: 0 };
  const byKey = new Map(rows.map((row) => [rowKey(row), row]));
  const before = new Set(old.map(rowKey));
  const added = rows.filter((row) => !before.has(rowKey(row))).length;
  const removed = old.filter((row) => !byKey.has(rowKey(row))).length;
  const oldOrder = old.map(rowKey).filter((key) => byKey.has(key));
  const newOrder = rows.map(rowKey).filter((key) => before.has(key));
  const moved = oldOrder.length - longestKept(oldOrder, newOrder);
  if (added + removed + moved === 0) return { rows, waiting: 0 };
  return { rows: old.map((row) => byKey.get(rowKey(row)) ?? row), waiting: added + removed + moved };
}

/** The most rows that need not move: the length of the longest series of the old order that the new one keeps. */
function longestKept(oldOrder: readonly string[], newOrder: readonly string[]): number {
  const places = new Map(newOrder.map((key, place) => [key, place]));
  // For each length of a series, the lowest place at which one ends.
  const ends: number[] = [];
  for (const key of oldOrder) {
    const place = places.get(key) ?? 0;
    ends[firstPlace(ends.length, (at) => ends[at]! >= place)] = place;
  }
  return ends.length;
}
