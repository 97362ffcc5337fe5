/** An index of line numbers: the number of lines before every 64 KiB of a file. It is built as far as the file has been viewed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenLog } from './open.ts';
import type { LogSlice } from './slices.ts';
import { ArchiveProblem, type Source } from './source.ts';

/** Bytes between two entries, some 600 lines. Entries at fixed offsets keep the index small, whatever the length of lines. */
const step = 64 << 10;
const chunk = 16 * step;
/** The most milliseconds of counting before a slice is returned, and to find a line by its number. */
const [forSlice, forLine] = [40, 8000];
/** The most bytes counted of a file behind HTTP. */
const mostFar = 64 << 20;

/** The index of a file. */
interface Counted {
  /** The key of the file when it was last viewed. */
  key: string;
  /** The number of line ends before each entry. */
  before: number[];
  /** The last counted bytes. A file that has only grown still has them. */
  tail: Buffer;
}

/** The indexes of the files viewed last, the latest at the end. An index has 128 KB per gigabyte. */
const kept = new Map<string, Counted>();
const mostKept = 20;

type Counting = Pick<OpenLog, 'id' | 'key' | 'source' | 'isNear'>;

/**
 * A slice with line numbers, starting from 1. They are null if they are not known yet (`counting` is true) or will never be counted
 * (`counting` is false).
 */
interface NumberedSlice extends Omit<LogSlice, 'lines'> {
  lines: { at: number; line: number | null; text: string }[];
  counting: boolean;
}

/** Numbers the lines of a slice, if counting the lines before it takes no noticeable time. Throws `ArchiveProblem`. */
export async function numbered(log: Counting, { lines, ...slice }: LogSlice): Promise<NumberedSlice> {
  const at = lines[0]?.at ?? 0;
  const isCounted = log.isNear || at < mostFar;
  const counted = await countedOf(log);
  if (isCounted) await count(counted, log.source, forSlice, () => coveredOf(counted) + step > at);
  const first = coveredOf(counted) + step > at ? await endsBefore(counted, log.source, at) : null;
  let line = first;
  const rows = lines.map(({ at, text, begins }, index) => {
    if (line !== null && begins && index > 0) line++;
    return { at, line: line === null ? null : line + 1, text };
  });
  return { ...slice, lines: rows, counting: isCounted && first === null };
}

/** Returns the offset of a line by its number, or the size of the file if it has fewer lines. Throws `ArchiveProblem`. */
export async function byteOfLine(log: Counting, line: number): Promise<number> {
  const ends = line - 1;
  if (ends <= 0) return 0;
  const counted = await countedOf(log);
  const most = log.isNear ? log.source.size : Math.min(log.source.size, mostFar);
  const isThere = () => (counted.before.at(-1) as number) >= ends || coveredOf(counted) + step > most;
  await count(counted, log.source, forLine, isThere);
  if (!isThere()) throw new ArchiveProblem('away', 'the lines of this file are still being counted');
  const entry = counted.before.findLastIndex((before) => before < ends);
  const bytes = await log.source.read(entry * step, step);
  let left = ends - (counted.before[entry] as number);
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1))
    if (--left === 0) return entry * step + at + 1;
  if (most < log.source.size)
    throw new ArchiveProblem('refused', 'only the lines in the first 64 MB of a file behind HTTP are counted');
  return log.source.size;
}

async function countedOf({ id, key, source }: Counting): Promise<Counted> {
  const known = kept.get(id);
  const counted = known !== undefined && (known.key === key || (await hasGrown(known, source))) ? known : empty(key);
  counted.key = key;
  kept.delete(id);
  kept.set(id, counted);
  const [oldest] = kept.keys();
  if (kept.size > mostKept) kept.delete(oldest as string);
  return counted;
}

function empty(key: string): Counted {
  return { key, before: [0], tail: Buffer.alloc(0) };
}

async function hasGrown({ tail, before }: Counted, source: Source): Promise<boolean> {
  const end = (before.length - 1) * step;
  return source.size >= end && (await source.read(end - tail.length, tail.length)).equals(tail);
}

function coveredOf({ before }: Counted): number {
  return (before.length - 1) * step;
}

/** Continues counting until `isEnough`, the end of the file, or the time limit `most` (milliseconds). */
async function count(counted: Counted, source: Source, most: number, isEnough: () => boolean): Promise<void> {
  const deadline = performance.now() + most;
  while (!isEnough() && performance.now() < deadline) {
    const place = coveredOf(counted);
    const bytes = await source.read(place, chunk);
    if (bytes.length < step) return;
    // Another request may have counted the same bytes meanwhile.
    if (coveredOf(counted) === place) add(counted, bytes);
    await nextTurn();
  }
}

function add(counted: Counted, bytes: Buffer): void {
  let ends = counted.before.at(-1) as number;
  let at = 0;
  for (; at + step <= bytes.length; at += step) {
    ends += endsIn(bytes.subarray(at, at + step));
    counted.before.push(ends);
  }
  counted.tail = Buffer.from(bytes.subarray(at - 64, at));
}

async function endsBefore({ before }: Counted, source: Source, at: number): Promise<number> {
  const entry = Math.floor(at / step);
  const bytes = await source.read(entry * step, at - entry * step);
  return (before[entry] as number) + endsIn(bytes);
}

function endsIn(bytes: Buffer): number {
  let ends = 0;
  // A gigabyte of ordinary lines takes 0.3 s; a loop over its bytes would take 1.9 s.
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends++;
  return ends;
}
