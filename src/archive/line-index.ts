/** Numbers of lines: how many begin before every 64th kilobyte of a file, counted as far as somebody has looked. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenLog } from './open.ts';
import type { LogSlice } from './slices.ts';
import { ArchiveProblem, type Source } from './source.ts';

/** Bytes between two entries, some 600 lines: an index of bytes is as small for lines of hostile length, or of none. */
const step = 64 << 10;
const chunk = 16 * step;
/** Milliseconds of counting for a slice, which waits for it, and for a line that is looked for by its number. */
const [forSlice, forLine] = [40, 8000];
/** Bytes that are counted of a file that is another machine's to send. */
const mostFar = 64 << 20;

/** What is counted of a file. */
interface Counted {
  /** Of the file when it was last looked at. */
  key: string;
  /** Ends of lines before each entry. */
  before: number[];
  /** The last bytes that were counted: a file that has only grown still has them. */
  tail: Buffer;
}

/** Files that were looked at last, the very last at the end: 128 KB for a gigabyte. */
const kept = new Map<string, Counted>();
const mostKept = 20;

type Counting = Pick<OpenLog, 'id' | 'key' | 'source' | 'isNear'>;

/** The slice with the numbers of its lines from 1 on, null where `counting` says that they are not known yet, or where nobody counts them. */
interface NumberedSlice extends Omit<LogSlice, 'lines'> {
  lines: { at: number; line: number | null; text: string }[];
  counting: boolean;
}

/** Numbers the lines of a slice, when counting them up to there takes no time that anybody notices. Throws `ArchiveProblem`. */
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

/** Where a line begins, by its number; where the file ends for one behind its end. Throws `ArchiveProblem`. */
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

/** Counts on until it is enough, the file ends, or the time is over. */
async function count(counted: Counted, source: Source, most: number, isEnough: () => boolean): Promise<void> {
  const deadline = performance.now() + most;
  while (!isEnough() && performance.now() < deadline) {
    const place = coveredOf(counted);
    const bytes = await source.read(place, chunk);
    if (bytes.length < step) return;
    // Another question may have counted the same bytes meanwhile.
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
  // A gigabyte of ordinary lines takes 0.3 s, with a loop over its bytes 1.9 s.
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends++;
  return ends;
}
