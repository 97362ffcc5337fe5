/** The window of a log that a page has loaded: a few thousand consecutive lines of a file of any size. */
import type { LogSlice } from '../../../../src/http/api/job-log.ts';
import { firstPlace } from '../../lib/sets.ts';

/** A line of the log with its number, if known; or a folded part, which stands for the bytes from `at` to `to`, starting at line `line`. */
export type Row =
  | { kind: 'line'; at: number; line: number | null; text: string }
  | { kind: 'fold'; at: number; line: number | null; to: number };

/** The loaded rows: the bytes from `from` to `to` of `size`. */
export interface LogWindow {
  size: number;
  from: number;
  to: number;
  rows: Row[];
}

/** The most rows to keep: about 5 MB of lines of ordinary length. */
export const mostRows = 12_000;

/** A window with the lines of a response. */
export function windowOf({ size, from, to, lines }: LogSlice): LogWindow {
  return { size, from, to, rows: lines.map((line) => ({ kind: 'line', ...line })) };
}

/** Appends a response to the window, and drops the rows furthest before it. */
export function withLater(window: LogWindow, slice: LogSlice): LogWindow {
  const added = windowOf(slice);
  const rows = [...window.rows, ...added.rows];
  const kept = rows.slice(Math.max(0, rows.length - mostRows));
  return { size: slice.size, from: kept[0]?.at ?? window.from, to: added.to, rows: kept };
}

/** Prepends a response to the window, and drops the rows furthest after it. */
export function withEarlier(window: LogWindow, slice: LogSlice): LogWindow {
  const added = windowOf(slice);
  const rows = [...added.rows, ...window.rows];
  const gone = rows[mostRows];
  return { size: slice.size, from: added.from, to: gone?.at ?? window.to, rows: rows.slice(0, mostRows) };
}

/** Adds the line numbers of a response to the window. Returns the same window if there are no new ones. */
export function withNumbers(window: LogWindow, { lines }: LogSlice): LogWindow {
  const numbers = new Map(lines.map(({ at, line }) => [at, line]));
  let isChanged = false;
  const rows = window.rows.map((row) => {
    const line = row.kind === 'line' && row.line === null ? (numbers.get(row.at) ?? null) : null;
    if (line === null) return row;
    isChanged = true;
    return { ...row, line };
  });
  return isChanged ? { ...window, rows } : window;
}

/** The first line without a known number; null if there is none. */
export function unnumbered(window: LogWindow | null): Row | null {
  return window?.rows.find((row) => row.kind === 'line' && row.line === null) ?? null;
}

/** The window with a part folded. Loaded lines of this part are dropped. */
export function withFold(window: LogWindow, from: number, to: number): LogWindow {
  const before = window.rows.filter(({ at }) => at < from);
  const behind = window.rows.filter(({ at }) => at >= to);
  const line = window.rows.find(({ at }) => at === from)?.line ?? null;
  const rows: Row[] = [...before, { kind: 'fold', at: from, line, to }, ...behind];
  return { ...window, to: Math.max(window.to, to), rows };
}

/** The index of the row that contains a byte; −1 if it is not in the window. */
export function rowAt({ rows, from, to }: LogWindow, byte: number): number {
  if (byte < from || byte >= to) return -1;
  return firstPlace(rows.length, (place) => rows[place]!.at > byte) - 1;
}
