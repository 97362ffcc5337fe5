/** Reads a few lines of a log of any size, and searches it for a text. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Source } from './source.ts';

/** A line; `at` is the offset of its first byte. A line of hostile length is split into pieces; `begins` is true for the first one. */
interface LogLine {
  at: number;
  text: string;
  begins: boolean;
}

/** Consecutive lines: those in the bytes `from` to `to` of `size`. */
export interface LogSlice {
  size: number;
  from: number;
  to: number;
  lines: LogLine[];
}

/** The offset at which a slice begins or ends, or around which it lies. An offset within a line stands for the line. */
export type SliceAt = { from: number | 'end' } | { before: number } | { around: number };

/** The most bytes of a slice. In JSON a byte takes up to three, and a line another sixty, so a response stays below 256 KB. */
const mostBytes = 64 << 10;
/** How far before an offset the beginning of its line is searched for, in bytes. */
const longestLine = 16 << 10;

/** Reads a slice of at most `count` lines. Throws `ArchiveProblem`. */
export async function sliceOf(source: Source, at: SliceAt, count: number): Promise<LogSlice> {
  const { size } = source;
  if ('before' in at || ('from' in at && at.from === 'end')) {
    const end = 'before' in at ? Math.min(at.before, size) : size;
    return { size, ...last(await linesIn(source, Math.max(0, end - mostBytes), end), count) };
  }
  if ('around' in at) {
    const place = Math.min(at.around, size);
    const before = await sliceOf(source, { before: await lineStart(source, place) }, Math.floor(count / 2));
    const half = last(before, 500, mostBytes / 4);
    const behind = await sliceOf(source, { from: half.to }, count - half.lines.length);
    return first({ size, from: half.from, to: behind.to, lines: [...half.lines, ...behind.lines] });
  }
  const from = await lineStart(source, Math.min(at.from as number, size));
  const { lines, to } = await linesIn(source, from, Math.min(from + mostBytes, size));
  const some = lines.slice(0, count);
  return { size, from, to: lines[count]?.at ?? to, lines: some };
}

type Part = Pick<LogSlice, 'from' | 'to' | 'lines'>;

/** Returns the last `count` lines of a slice, with at most `bytes` bytes. */
function last<Some extends Part>(slice: Some, count: number, bytes = Number.POSITIVE_INFINITY): Some {
  const lines = count === 0 ? [] : slice.lines.slice(-count).filter(({ at }) => slice.to - at <= bytes);
  return { ...slice, lines, from: lines[0]?.at ?? slice.to };
}

/** Cuts a slice to the most bytes that it may have. */
function first(slice: LogSlice): LogSlice {
  const end = slice.lines.findIndex(({ at }) => at - slice.from > mostBytes - longestLine);
  if (end <= 0) return slice;
  return { ...slice, lines: slice.lines.slice(0, end), to: (slice.lines[end] as LogLine).at };
}

/** Returns the offset at which the line of a byte begins, or the byte itself in the middle of a very long line. */
async function lineStart(source: Source, at: number): Promise<number> {
  if (at === 0) return 0;
  const start = Math.max(0, at - longestLine);
  const end = (await source.read(start, at - start)).lastIndexOf(10);
  if (end >= 0) return start + end + 1;
  return start === 0 ? 0 : at;
}

/** Returns the whole lines between two bytes. If `start` lies within a line, that line is left out. */
async function linesIn(source: Source, start: number, end: number): Promise<Part> {
  const before = start === 0 ? 0 : 1;
  const bytes = await source.read(start - before, end - start + before);
  // The byte before `start` tells whether a line begins there.
  let at = start === 0 || bytes[0] === 10 ? before : bytes.indexOf(10) + 1;
  // All bytes belong to one line.
  if (at === 0) at = before;
  const lines: LogLine[] = [];
  const from = start - before + at;
  while (at < bytes.length) {
    const newline = bytes.indexOf(10, at);
    const cutAt = newline < 0 ? bytes.length : newline;
    // A line that continues after the end is left to the next slice, unless it is the only one.
    if (newline < 0 && lines.length > 0 && start - before + cutAt < source.size) break;
    for (let piece = at; piece === at || piece < cutAt; piece += longestLine) {
      const pieceEnd = Math.min(piece + longestLine, cutAt);
      const begins = piece === 0 || bytes[piece - 1] === 10;
      lines.push({ at: start - before + piece, text: textOf(bytes.subarray(piece, pieceEnd)), begins });
    }
    at = cutAt + 1;
  }
  return { from, to: Math.min(start - before + at, end), lines };
}

/**
 * Decodes a line. Invalid UTF-8, and control characters other than color sequences, become U+FFFD, so that no byte takes more than three
 * in JSON.
 */
function textOf(bytes: Buffer): string {
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length;
  return bytes
    .toString('utf8', 0, end)
    .replace(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\x1b(?!\[[\d;]{0,20}[A-Za-z])/g, '\ufffd');
}

/** A search result: the line that begins at byte `at`, or null. `next` is the offset at which to continue, null at the end of the file. */
export interface LogMatch {
  size: number;
  at: number | null;
  next: number | null;
}

/** Bytes searched at a time. */
const chunk = 1 << 20;
/** The time limit for one request, in milliseconds. A search that takes longer is continued by the next request, from `next`. */
const longestSearch = 1500;

/** Finds the first line from a byte on that contains a text, case-sensitively. Throws `ArchiveProblem`. */
export async function findText(source: Source, text: string, from: number): Promise<LogMatch> {
  const { size } = source;
  const wanted = Buffer.from(text);
  const deadline = performance.now() + longestSearch;
  for (let at = Math.min(from, size); at < size; ) {
    const bytes = await source.read(at, chunk);
    const found = bytes.indexOf(wanted);
    if (found >= 0) {
      const match = at + found;
      return { size, at: Math.max(await lineStart(source, match), from), next: match + Math.max(1, wanted.length) };
    }
    if (bytes.length < chunk) break;
    at += bytes.length - (wanted.length - 1);
    if (performance.now() > deadline) return { size, at: null, next: at };
    await nextTurn();
  }
  return { size, at: null, next: null };
}
