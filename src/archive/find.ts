/** Looks for a text in a log of any size. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lineStart } from './slices.ts';
import type { Source } from './source.ts';

/** What was found: the line that begins at byte `at`; `next` is where a search goes on, null at the end of the file. */
export interface LogMatch {
  size: number;
  at: number | null;
  next: number | null;
}

const chunk = 1 << 20;
/** Milliseconds for one question; a search that takes longer goes on with the next one, from `next`. */
const longestSearch = 1500;

/** Finds the first line from a byte on for which `find` tells a place in the bytes, −1 for none. Throws `ArchiveProblem`. */
export async function findFrom(
  source: Source,
  from: number,
  find: (bytes: Buffer) => { at: number; length: number } | null,
  overlap: number,
): Promise<LogMatch> {
  const { size } = source;
  const deadline = performance.now() + longestSearch;
  for (let at = Math.min(from, size); at < size; ) {
    const bytes = await source.read(at, chunk);
    const found = find(bytes);
    if (found !== null) {
      const match = at + found.at;
      return { size, at: Math.max(await lineStart(source, match), from), next: match + Math.max(1, found.length) };
    }
    if (bytes.length < chunk) break;
    at += bytes.length - overlap;
    if (performance.now() > deadline) return { size, at: null, next: at };
    await nextTurn();
  }
  return { size, at: null, next: null };
}

/** Finds a text, case and all. */
export function findText(source: Source, text: string, from: number): Promise<LogMatch> {
  const wanted = Buffer.from(text);
  const find = (bytes: Buffer) => {
    const at = bytes.indexOf(wanted);
    return at < 0 ? null : { at, length: wanted.length };
  };
  return findFrom(source, from, find, wanted.length - 1);
}
