/** Deletes the bulky documents of old jobs; their results stay. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../../core/audit.ts';
import { documentFields } from '../../core/job.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { audit } from '../write/audit.ts';
import { eachBatch } from './each-job.ts';

/** How far it is, in runs; `pruned` counts jobs. */
export interface PruneProgress {
  done: number;
  total: number;
  pruned: number;
}

/** What is dropped: documents of jobs in runs of which nothing changed since `before` (microseconds) and that have no tag. */
interface PruneOptions {
  before: number;
  /** Counts the runs and changes nothing. */
  dryRun: boolean;
  by: Actor;
  at: number;
  signal?: AbortSignal;
  onProgress?: (progress: PruneProgress) => void;
}

/** May run beside servers: like every writer it holds the run while it changes its jobs. */
export async function prune(
  db: Reader,
  { before, dryRun, by, at, signal, onProgress }: PruneOptions,
): Promise<PruneProgress> {
  const { total } = await oldRuns(db.kysely, before)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const progress = { done: 0, total, pruned: 0 };
  if (dryRun) return progress;
  const runs = oldRuns(db.kysely, before).select('id').orderBy('id').limit(1);
  let run = await runs.executeTakeFirst();
  while (run && !signal?.aborted) {
    progress.pruned += await pruneRun(db, run.id, before, signal);
    progress.done++;
    onProgress?.({ ...progress });
    run = await runs.where('id', '>', run.id).executeTakeFirst();
  }
  if (progress.pruned > 0) await record(db, { by, at }, 'documents', { runs: progress.done, jobs: progress.pruned });
  return progress;
}

/** Somebody who tags a run means to come back to it. */
function oldRuns(kysely: Kysely<Schema>, before: number) {
  return kysely
    .selectFrom('runs')
    .where(({ eb, fn }) => eb(fn.coalesce('updated', 'posted'), '<', before))
    .where('tags', '=', '[]');
}

/** A run that has changed meanwhile keeps the rest of its documents. */
function pruneRun(db: Reader, runId: number, before: number, signal: AbortSignal | undefined): Promise<number> {
  return eachBatch(db, {
    run: (transaction) => oldRuns(transaction, before).select('id').where('id', '=', runId),
    columns: ['document_hashes'],
    change: dropDocuments,
    signal,
  });
}

async function dropDocuments(
  transaction: Transaction<Schema>,
  jobs: { id: number; document_hashes: string }[],
): Promise<number> {
  const ids = jobs.filter(({ document_hashes }) => document_hashes.trim() !== '').map(({ id }) => id);
  if (ids.length === 0) return 0;
  const nothing = Object.fromEntries(documentFields.map((field) => [field, null]));
  await transaction.updateTable('job_documents').set(nothing).where('id', 'in', ids).execute();
  // Without the hashes a client that sends its document again has it stored again.
  await transaction.updateTable('jobs').set({ document_hashes: '' }).where('id', 'in', ids).execute();
  return ids.length;
}

/** Changes that are forgotten at a time. */
const changesAtATime = 1000;

/** Forgets changes from before a time (microseconds), and records that. Returns how many they were; a dry run only counts. */
export async function pruneAudit(
  { kysely, engine }: Reader,
  { before, dryRun, by, at }: { before: number; dryRun: boolean; by: Actor; at: number },
): Promise<number> {
  const old = kysely.selectFrom('audit').where('at', '<', before);
  const counted = await old.select(({ fn }) => fn.countAll<number>().as('changes')).executeTakeFirstOrThrow();
  const changes = Number(counted.changes);
  if (dryRun || changes === 0) return changes;
  for (let deleted = 1n; deleted > 0n; ) {
    const some = old.select('id').limit(changesAtATime);
    deleted = (await kysely.deleteFrom('audit').where('id', 'in', some).executeTakeFirst()).numDeletedRows;
  }
  await record({ kysely, engine }, { by, at }, 'audit', { changes });
  return changes;
}

function record(
  { kysely, engine }: Reader,
  { by, at }: { by: Actor; at: number },
  target: string,
  before: object,
): Promise<void> {
  const change = { action: 'prune', kind: 'database', target, before } as const;
  return kysely.transaction().execute((transaction) => audit(transaction, engine, { by, at, changes: [change] }));
}

/** Bytes that the database takes on disk, and of them those that new data will use first (SQLite alone tells). */
export async function databaseSize({ kysely, engine }: Reader): Promise<{ bytes: number; free: number | null }> {
  if (engine === 'postgres') {
    const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(kysely);
    return { bytes: Number(rows[0]?.bytes ?? 0), free: null };
  }
  const number = async (name: string) => {
    const { rows } = await sql<Record<string, number>>`${sql.raw(`pragma ${name}`)}`.execute(kysely);
    return Object.values(rows[0] ?? {})[0] ?? 0;
  };
  const size = await number('page_size');
  return { bytes: size * (await number('page_count')), free: size * (await number('freelist_count')) };
}
