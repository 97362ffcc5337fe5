/**
 * Digests of the finished jobs of runs, for verdicts. They are stored in `run_digests`, computed again whenever a run has changed, and
 * cached in memory for the runs used last.
 */
import { sql } from 'kysely';
import type { JobStatus } from '../../core/job.ts';
import { type CausedJob, causesOfJob } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { milliseconds } from '../../core/time.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import {
  createDigest,
  digestVersion,
  indexRun,
  type RunDigest,
  type RunHead,
  type RunIndex,
} from '../../core/verdicts/digest.ts';
import type { CauseFacts } from '../../core/verdicts/verdict.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { pagesById } from '../engine/transaction.ts';
import { caseCausesOfRun } from '../read/test-cases.ts';
import { causeOf } from './job-lines.ts';
import { addAround, outagesAmong, portionsOf } from './outages.ts';

/** A database that can store digests. On a read-only server `keepDigest` does nothing. */
export interface DigestKeeper extends Reader {
  keepDigest(digest: KeptDigest): Promise<void>;
}

/** A stored digest. `made_of` identifies the state of the run that it was computed from. */
type KeptDigest = Schema['run_digests'];

/** The part of a job that verdicts need; times in microseconds. */
export interface JudgedJob extends CausedJob<Signature> {
  status: JobStatus;
  description: string | null;
  posted: number;
  started: number | null;
}

/** Returns the description of a run for verdicts. */
export function headOf({ name, suite, branch, sha1, scheduled }: RunRow): RunHead {
  return { id: name, name, suite, branch, sha1, scheduled: milliseconds(scheduled) };
}

/** A cause of a run, and when its jobs started. */
type FoundCause = CauseFacts & { cause: Signature };

/** Returns the causes of jobs. The start of a job is in `starts` of each of its causes. */
export function causesOf(jobs: Iterable<JudgedJob>): FoundCause[] {
  const found = new Map<string, FoundCause & { starts: number[] }>();
  for (const job of jobs) {
    const causes = causesOfJob(job);
    for (const cause of causes) {
      const one = found.get(cause.id) ?? { id: cause.id, class: cause.class, cause, starts: [], shared: 0 };
      found.set(cause.id, one);
      if (causes.some(({ id, class: kind }) => id !== cause.id && kind !== 'infra')) one.shared++;
      one.starts.push(milliseconds(job.started ?? job.posted));
    }
  }
  return [...found.values()];
}

/** Computes the digest of jobs. The causes in `outages` count as causes of the lab. */
async function digestOf(run: RunRow, jobs: Iterable<JudgedJob>, outages: ReadonlySet<string>): Promise<RunDigest> {
  const digest = createDigest(headOf(run));
  for await (const job of inTurns(jobs)) {
    const { status, description } = job;
    const causes = causesOfJob(job).map((cause) =>
      outages.has(cause.id) ? { id: cause.id, class: 'infra' as const } : cause,
    );
    digest.add({ status, description, causes });
  }
  return digest.done();
}

/**
 * The state of a run that its digest depends on. It includes `updated`, because servers of the previous version, which may still be
 * running, do not increment `revision`.
 */
function stateOf({ revision, updated }: RunRow): string {
  return [digestVersion, signatureVersion, revision, updated].join('.');
}

/** Jobs whose digests are read by one statement; and the most jobs of a run that count, which no run has. */
const jobsAtATime = 5000;
const mostJobs = 20_000;

/** The input for computing indexes. */
interface Indexing {
  /** The base branches, by which outages are told from broken code (core/verdicts/lab.ts). */
  bases: readonly string[];
  /** Now, in microseconds. */
  at: number;
  /** A run whose jobs have been read already, with its causes as returned by `addAround`. */
  known?: { run: RunRow; jobs: readonly JudgedJob[]; causes: readonly CauseFacts[] };
}

/** Returns the indexes of runs, by the names of the runs. */
export async function indexesOf(
  db: DigestKeeper,
  runs: readonly RunRow[],
  indexing: Indexing,
): Promise<Map<string, RunIndex>> {
  const indexes = new Map<string, RunIndex>();
  const unknown = runs.filter((run) => {
    const index = rememberedIndex(db, run.id, stateOf(run));
    if (index !== null) indexes.set(run.name, index);
    return index === null;
  });
  for (const portion of portionsOf(unknown, jobsAtATime)) {
    const kept = await keptDigests(db, portion);
    for await (const run of inTurns(portion)) {
      const row = kept.get(run.id);
      const index =
        row?.made_of === stateOf(run)
          ? rememberIndex(db, run.id, row.made_of, parseDigest(headOf(run), row.digest))
          : await makeIndex(db, run, indexing);
      indexes.set(run.name, index);
    }
    await nextTurn();
  }
  return indexes;
}

async function keptDigests({ engine, kysely }: Reader, runs: readonly RunRow[]): Promise<Map<number, KeptDigest>> {
  const ids = runs.map(({ id }) => id);
  const rows = await kysely
    .selectFrom('run_digests')
    .selectAll()
    .where(oneOf(engine, 'run_id', ids))
    .execute();
  return new Map(rows.map((row) => [row.run_id, row]));
}

/** Microseconds after which the other runs, whose jobs reveal an outage, have ended. */
const settledAfter = 86_400_000_000;

async function makeIndex(db: DigestKeeper, run: RunRow, { bases, at, known }: Indexing): Promise<RunIndex> {
  const { jobs, causes } = known?.run === run ? known : await readCauses(db, run);
  const digest = await digestOf(run, jobs, outagesAmong(run, causes, bases));
  const isUncertain = causes.some((cause) => cause.class === 'support');
  if (!isSettled(run, isUncertain, at)) return indexRun(digest);
  const made_of = stateOf(run);
  // If the digest cannot be stored, the next reader computes it again.
  await db.keepDigest({ run_id: run.id, made_of, digest: digestText(digest) }).catch(() => {});
  return rememberIndex(db, run.id, made_of, digest);
}

async function readCauses(db: Reader, run: RunRow): Promise<{ jobs: JudgedJob[]; causes: FoundCause[] }> {
  const jobs: JudgedJob[] = [];
  for await (const page of judgedJobs(db, run.id)) {
    for (const job of page) jobs.push(job);
    if (jobs.length >= mostJobs) break;
  }
  return { jobs, causes: await addAround(db, run, causesOf(jobs)) };
}

function isSettled({ status, updated, posted }: RunRow, isUncertain: boolean, at: number): boolean {
  return status.startsWith('finished') && (!isUncertain || (updated ?? posted) < at - settledAfter);
}

/** Rows read by one statement, which takes some 3 ms on SQLite. */
const rowsAtATime = 500;

/** Yields the jobs of a run as verdicts need them, page by page. */
export async function* judgedJobs(db: Reader, runId: number): AsyncGenerator<JudgedJob[]> {
  const caseCauses = await caseCausesOfRun(db, runId);
  const judged = selectJudged(db).where('jobs.run_id', '=', runId);
  for await (const rows of pagesById(rowsAtATime, (after) => judged.where('jobs.id', '>', after).execute()))
    yield rows.map((row) => ({ ...row, signature: causeOf(row), case_causes: caseCauses(row.id) }));
}

function selectJudged({ kysely }: Reader) {
  // Jobs that were stored before causes were have a reason only.
  const reason = sql<string | null>`case when jobs.signature is null then substr(jobs.failure_reason, 1, 8192) end`;
  return kysely
    .selectFrom('jobs')
    .leftJoin('signatures', 'signatures.id', 'jobs.signature')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(['jobs.id', 'jobs.status', 'jobs.signature', 'jobs.posted', 'jobs.started'])
    .select(['signatures.kind', 'signatures.title', reason.as('failure_reason')])
    .select(sql<string | null>`substr(descriptions.description, 1, 16384)`.as('description'))
    .orderBy('jobs.id')
    .limit(rowsAtATime);
}

/** A digest as JSON. Arrays of 16-bit numbers are base64, because decoding it is 20 times as fast as parsing lists of numbers. */
interface StoredDigest {
  facets: string[];
  causes: string[];
  counts: string;
  rows: string;
  ends: string;
  further: string;
}

/** Serializes a digest, without its run. */
export function digestText({ facets, causes, ...digest }: RunDigest): string {
  const [counts, rows, ends] = [encode(digest.counts), encode(digest.rows), encode(digest.ends)];
  return JSON.stringify({ facets, causes, counts, rows, ends, further: encode(digest.further) } satisfies StoredDigest);
}

/** Parses the result of `digestText`. */
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

/** The size of the cache of a database in bytes: enough for 1,000 runs of 500 jobs, or 100 runs of 5,000. */
const mostBytes = 48 * 1_048_576;

interface Remembered {
  /** The state of the run; see `KeptDigest`. */
  madeOf: string;
  index: RunIndex;
  bytes: number;
}

/** The caches, by run id; the entry used last is at the end. */
const memories = new WeakMap<Reader['kysely'], { bytes: number; runs: Map<number, Remembered> }>();

/** Returns the cached index of a run in the state `madeOf`, or null. */
function rememberedIndex({ kysely }: Reader, runId: number, madeOf: string): RunIndex | null {
  const runs = memories.get(kysely)?.runs;
  const found = runs?.get(runId);
  if (runs === undefined || found?.madeOf !== madeOf) return null;
  runs.delete(runId);
  runs.set(runId, found);
  return found.index;
}

/** Indexes a digest, and caches the index for a run in the state `madeOf`. */
function rememberIndex({ kysely }: Reader, runId: number, madeOf: string, digest: RunDigest): RunIndex {
  const memory = memories.get(kysely) ?? { bytes: 0, runs: new Map<number, Remembered>() };
  memories.set(kysely, memory);
  const index = indexRun(digest);
  // Most of the memory of a name is taken by its text and its entries in maps.
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
