/** Searches the log of a failed job for its first real error, and for the next line that may be an error. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EvidenceKind, evidenceIn, nextTrigger } from '../core/logs/evidence.ts';
import { createScan, type Finding, type Near } from '../core/logs/first-error.ts';
import { type LogMatch, sliceOf } from './slices.ts';
import type { Source } from './source.ts';

/** The first real error of a log, or its last lines if none was found. */
interface FirstError {
  kind: EvidenceKind;
  error: string;
  /** The offset of its line; null if nothing was found. */
  at: number | null;
  sure: boolean;
  /** Other candidates. */
  others: Finding[];
  /** The lines around it, or the last lines. */
  context: string;
}

const chunk = 1 << 20;
/** Bytes before and after a line that can be read as its context. */
const [before, behind] = [64 << 10, 32 << 10];
/** Bytes read at each end of a file that is behind HTTP or takes too long. */
const ends = 64 << 20;
/** The CPU time for a log in microseconds, and the additional time for its end if the rest took all of the former. */
const [mostTime, timeForEnd] = [8_000_000, 2_000_000];

/** Finds the first real error of a job. A file behind HTTP, which costs more to read, is read only at its ends. Throws `ArchiveProblem`. */
export async function firstErrorOf(
  source: Source,
  { isNear, ...job }: { isNear: boolean; ignorelist: string[]; failure_reason: string | null },
): Promise<FirstError> {
  const scan = createScan(job);
  const { size } = source;
  const spent = timer();
  const firstEnd = isNear ? size : Math.min(size, ends);
  const stopped = await scanPart(source, 0, firstEnd, scan.line, () => spent() > mostTime);
  const lastStart = Math.max(stopped, size - ends);
  const end = await scanPart(source, lastStart, size, scan.line, () => spent() > mostTime + timeForEnd);
  const { found, sure } = scan.verdict();
  const [best, ...others] = found.map((finding) => ({ ...finding, error: asUtf8(finding.error) }));
  if (best === undefined) {
    const context = await contextOf(source, { from: 'end' }, null);
    return { kind: 'none', error: '', at: null, sure: false, others: [], context };
  }
  const whole = stopped === size || (lastStart <= stopped && end === size);
  const context = await contextOf(source, { around: best.at }, best.at);
  // The part that was not read may contain an earlier error.
  return { ...best, sure: sure && (whole || best.at < stopped), others, context };
}

function timer(): () => number {
  const start = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(start);
    return user + system;
  };
}

/** Passes each line with a trigger in a part of a file to `tell`. Returns the offset at which it stopped. */
async function scanPart(
  source: Source,
  from: number,
  to: number,
  tell: (line: string, at: number, near: Near) => void,
  isLate: () => boolean,
): Promise<number> {
  let window = Buffer.alloc(0);
  /** The offset of the window, and the offset up to which lines have been passed on. */
  let [start, told] = [from, from];
  for (let at = from; at < to; await nextTurn()) {
    const bytes = await source.read(at, Math.min(chunk, to - at));
    at += bytes.length;
    window = Buffer.concat([window, bytes]);
    const isLast = bytes.length === 0 || at >= to;
    const end = isLast ? start + window.length : lineEnd(window, start, at - behind);
    tellLines({ window, start, told, end }, tell);
    told = Math.max(told, end);
    const keep = Math.max(0, told - before - start);
    window = window.subarray(keep);
    start += keep;
    if (bytes.length === 0) return to;
    if (isLate()) return told;
  }
  return to;
}

/** Returns the end of the last line that ends before a byte, or the byte itself if no line ends before it. */
function lineEnd(window: Buffer, start: number, at: number): number {
  if (at <= start) return start;
  const newline = window.lastIndexOf(10, at - start);
  return newline < 0 ? at : start + newline + 1;
}

/** The most lines of a window that are passed on; only hostile logs have more. */
const mostLines = 20_000;
const longestLine = 8192;

function tellLines(
  { window, start, told, end }: { window: Buffer; start: number; told: number; end: number },
  tell: (line: string, at: number, near: Near) => void,
): void {
  let next = told - start;
  for (let count = 0; count < mostLines; count++) {
    const hit = nextTrigger(window, next, window.length);
    if (hit < 0 || start + hit >= end) return;
    const lineStart = hit === 0 ? 0 : window.lastIndexOf(10, hit - 1) + 1;
    const newline = window.indexOf(10, hit);
    const lineEnd = newline < 0 ? window.length : newline;
    // Only the part around the trigger is used of a line of hostile length.
    const from = Math.max(lineStart, hit - longestLine / 2);
    const to = Math.min(lineEnd, from + longestLine);
    tell(window.toString('latin1', from, to), start + from, nearOf(window, lineStart, lineEnd));
    next = to === lineEnd ? lineEnd + 1 : to;
  }
}

function nearOf(window: Buffer, lineStart: number, lineEnd: number): Near {
  return {
    before(count) {
      const lines: string[] = [];
      for (let end = lineStart - 1; end > 0 && lines.length < count; ) {
        const start = window.lastIndexOf(10, end - 1) + 1;
        lines.unshift(window.toString('latin1', start, end));
        end = start - 1;
      }
      return lines;
    },
    after(count) {
      const lines: string[] = [];
      for (let start = lineEnd + 1; start < window.length && lines.length < count; ) {
        const newline = window.indexOf(10, start);
        const end = newline < 0 ? window.length : newline;
        lines.push(window.toString('latin1', start, Math.min(end, start + longestLine)));
        start = end + 1;
      }
      return lines;
    },
  };
}

/** The most lines of context, their most bytes together, and characters of each. With three errors and a name an excerpt has at most 8 KB. */
const [contextLines, longestContext, longestContextLine] = [40, 5000, 500];

async function contextOf(
  source: Source,
  place: { from: 'end' } | { around: number },
  at: number | null,
): Promise<string> {
  const { lines } = await sliceOf(source, place, contextLines);
  const short = lines.map((line) => ({ at: line.at, text: line.text.slice(0, longestContextLine).toWellFormed() }));
  const bytesOf = ({ text }: { text: string }) => Buffer.byteLength(text) + 1;
  let size = short.reduce((sum, line) => sum + bytesOf(line), 0);
  const middle = at ?? (short.at(-1)?.at as number);
  // Drops the lines that are furthest from the error first.
  while (size > longestContext && short.length > 1) {
    const [first, last] = [short[0] as { at: number; text: string }, short.at(-1) as { at: number; text: string }];
    const gone = middle - first.at > last.at - middle ? short.shift() : short.pop();
    size -= bytesOf(gone ?? { text: '' });
  }
  return short.map(({ text }) => text).join('\n');
}

/** The most bytes of an error. */
const longestError = 500;

function asUtf8(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1')
    .toString()
    .replace(/[\x00-\x1f\x7f]/g, '\ufffd');
  // `stream` drops an incomplete character at the end.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, longestError), { stream: true });
}

/** Finds the next line from a byte on that may be evidence of a failure. Throws `ArchiveProblem`. */
export async function nextError(source: Source, from: number): Promise<LogMatch> {
  const { size } = source;
  const spent = timer();
  let found: { at: number; length: number } | null = null;
  const stopped = await scanPart(
    source,
    from,
    size,
    (line, at) => {
      if (found === null && evidenceIn(line) !== null) found = { at, length: line.length };
    },
    () => found !== null || spent() > 1_000_000,
  );
  const { at, length } = found ?? { at: null, length: 0 };
  if (at !== null) return { size, at, next: at + length + 1 };
  return { size, at: null, next: stopped < size ? stopped : null };
}
