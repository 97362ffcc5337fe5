import { useCallback, useRef, useState } from 'react';
import { firstPlace } from './sets.ts';

/**
 * Keeps rows from moving while a user reads them. While `hold` is true, rows only change their contents; added, removed or moved rows wait for
 * `apply`. Otherwise every change is shown at once. `scope` identifies the list (its filter and order); nothing is held back when it changes.
 * `waiting` is the number of changes that are held back.
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
 * The rows to show next, and the number of waiting changes. If the same list is held and has rows, this is the old order with the new contents,
 * and the number of rows that would be added, removed or moved. Otherwise it is all new rows and 0.
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

/** The most rows that can stay in place: the length of the longest subsequence of the old order that the new order keeps. */
function longestKept(oldOrder: readonly string[], newOrder: readonly string[]): number {
  const places = new Map(newOrder.map((key, place) => [key, place]));
  // For each length of a subsequence, the lowest place at which one ends.
  const ends: number[] = [];
  for (const key of oldOrder) {
    const place = places.get(key) ?? 0;
    ends[firstPlace(ends.length, (at) => ends[at]! >= place)] = place;
  }
  return ends.length;
}
