/** The lines of a log that a page holds: a few thousand that follow each other, of a file of any size. */
import type { LogSlice } from '../../../../src/http/api/job-log.ts';
import { firstPlace } from '../../lib/sets.ts';

/** A line of the log with its number when that is known, or what is folded: all bytes from `at` to `to`, from line `line` on. */
export type Row =
  | { kind: 'line'; at: number; line: number | null; text: string }
  | { kind: 'fold'; at: number; line: number | null; to: number };

/** What is held: the rows of the bytes from `from` to `to` of `size`. */
export interface LogWindow {
  size: number;
  from: number;
  to: number;
  rows: Row[];
}

/** Rows that a page keeps: some 5 MB of lines of ordinary length. */
export const mostRows = 12_000;

/** The window of an answer. */
export function windowOf({ size, from, to, lines }: LogSlice): LogWindow {
  return { size, from, to, rows: lines.map((line) => ({ kind: 'line', ...line })) };
}

/** The window with the answer behind it; what is far before it is forgotten. */
export function withLater(window: LogWindow, slice: LogSlice): LogWindow {
  const added = windowOf(slice);
  const rows = [...window.rows, ...added.rows];
  const kept = rows.slice(Math.max(0, rows.length - mostRows));
  return { size: slice.size, from: kept[0]?.at ?? window.from, to: added.to, rows: kept };
}

/** The window with the answer before it; what is far behind it is forgotten. */
export function withEarlier(window: LogWindow, slice: LogSlice): LogWindow {
  const added = windowOf(slice);
  const rows = [...added.rows, ...window.rows];
  const gone = rows[mostRows];
  return { size: slice.size, from: added.from, to: gone?.at ?? window.to, rows: rows.slice(0, mostRows) };
}

/** The window with the numbers of lines that an answer has; the same one when it has none that are new. */
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

/** The first line whose number is not known; null when there is none. */
export function unnumbered(window: LogWindow | null): Row | null {
  return window?.rows.find((row) => row.kind === 'line' && row.line === null) ?? null;
}

/** The window with a part folded; lines of it that are held go. */
export function withFold(window: LogWindow, from: number, to: number): LogWindow {
  const before = window.rows.filter(({ at }) => at < from);
  const behind = window.rows.filter(({ at }) => at >= to);
  const line = window.rows.find(({ at }) => at === from)?.line ?? null;
  const rows: Row[] = [...before, { kind: 'fold', at: from, line, to }, ...behind];
  return { ...window, to: Math.max(window.to, to), rows };
}

/** The index of the row that a byte is in; −1 when the window does not have it. */
export function rowAt({ rows, from, to }: LogWindow, byte: number): number {
  if (byte < from || byte >= to) return -1;
  return firstPlace(rows.length, (place) => rows[place]!.at > byte) - 1;
}
