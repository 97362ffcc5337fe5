/** Digests as they are stored, and those in memory that were used last: the runs of a suite are compared with nearly the same ones. */
import { indexRun, type RunDigest, type RunHead, type RunIndex } from '../../core/verdicts/digest.ts';
import type { Reader } from '../engine/schema.ts';

/** As JSON; numbers of 16 bits are base64, which is decoded 20 times as fast as lists of numbers are parsed. */
interface StoredDigest {
  facets: string[];
  causes: string[];
  counts: string;
  rows: string;
  ends: string;
  further: string;
}

/** The text of a digest, without its run. */
export function digestText({ facets, causes, ...digest }: RunDigest): string {
  const [counts, rows, ends] = [encode(digest.counts), encode(digest.rows), encode(digest.ends)];
  const stored: StoredDigest = { facets, causes, counts, rows, ends, further: encode(digest.further) };
  return JSON.stringify(stored);
}

/** Reads what `digestText` made. */
export function parseDigest(run: RunHead, text: string): RunDigest {
  const { facets, causes, ...stored } = JSON.parse(text) as StoredDigest;
  const [counts, rows, ends] = [decode(stored.counts), decode(stored.rows), decode(stored.ends)];
  return { run, facets, causes, counts, rows, ends, further: decode(stored.further) };
}

function encode(numbers: Uint16Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}

function decode(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'base64');
  const numbers = new Uint16Array(bytes.length >> 1);
  bytes.copy(new Uint8Array(numbers.buffer));
  return numbers;
}

/** How many bytes are remembered of a database: 1,000 runs of 500 jobs, or 100 of 5,000. */
const mostBytes = 48 * 1_048_576;

interface Remembered {
  /** The state of the run; see `KeptDigest`. */
  madeOf: string;
  index: RunIndex;
  bytes: number;
}

/** By ids of runs, the one that was used last at the end. */
const memories = new WeakMap<Reader['kysely'], { bytes: number; runs: Map<number, Remembered> }>();

/** The index of a run in a state, if it is remembered. */
export function rememberedIndex({ kysely }: Reader, runId: number, madeOf: string): RunIndex | null {
  const runs = memories.get(kysely)?.runs;
  const found = runs?.get(runId);
  if (runs === undefined || found?.madeOf !== madeOf) return null;
  runs.delete(runId);
  runs.set(runId, found);
  return found.index;
}

/** Indexes a digest, and remembers that for a run in a state. */
export function rememberIndex({ kysely }: Reader, runId: number, madeOf: string, digest: RunDigest): RunIndex {
  const memory = memories.get(kysely) ?? { bytes: 0, runs: new Map<number, Remembered>() };
  memories.set(kysely, memory);
  const index = indexRun(digest);
  // Of names most of the memory is that of their texts and places in maps.
  const names = [...digest.facets, ...digest.causes].reduce((sum, name) => sum + name.length + 150, 0);
  const bytes = digest.rows.byteLength + 16 * (digest.ends.length + digest.further.length) + names + 1000;
  forget(memory, runId);
  memory.runs.set(runId, { madeOf, index, bytes });
  memory.bytes += bytes;
  for (const oldest of memory.runs.keys()) {
    if (memory.bytes <= mostBytes) break;
    forget(memory, oldest);
  }
  return index;
}

function forget(memory: { bytes: number; runs: Map<number, Remembered> }, runId: number): void {
  memory.bytes -= memory.runs.get(runId)?.bytes ?? 0;
  memory.runs.delete(runId);
}
