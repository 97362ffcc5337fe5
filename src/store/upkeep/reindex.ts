/** Computes what is kept beside reasons and descriptions again: after its rules changed, or for jobs older than the rules. */
import { CompiledQuery, type Transaction } from 'kysely';
import { type Signature, signatureOf, signatureVersion } from '../../core/signature.ts';
import type { Engine, JobRow, Schema } from '../engine/schema.ts';
import { numbered, repeated, type Statement } from '../engine/transaction.ts';
import { everything } from '../read/descriptions.ts';
import type { Reader } from '../reader.ts';
import { shortHash } from '../write/job-change.ts';
import { descriptionsOf, saveDescriptions, saveSignatures } from '../write/job-sql.ts';
import { eachBatch } from './each-job.ts';

/** How far it is, in runs; `changed` counts jobs. */
export interface ReindexProgress {
  done: number;
  total: number;
  changed: number;
}

/** How it is done. */
export interface ReindexOptions {
  /** Every job from the first on, also those that are up to date. */
  all: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: ReindexProgress) => void;
  /** Milliseconds left to others after each batch. */
  pause?: number;
}

/**
 * Goes through the runs in the order of their internal ids, resumes where an earlier call was cut off, and may run beside
 * servers: like every writer it holds the run while it changes its jobs.
 */
export async function reindex(db: Reader, options: ReindexOptions): Promise<ReindexProgress> {
  const { kysely } = db;
  const { version, up_to } = await kysely.selectFrom('indexed').selectAll().executeTakeFirstOrThrow();
  let at = options.all || version !== signatureVersion || up_to === everything ? 0 : up_to;
  const rest = kysely.selectFrom('runs').where('id', '>', at);
  const { total } = await rest.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const progress = { done: 0, total, changed: 0 };
  for (;;) {
    const query = kysely.selectFrom('runs').select('id').where('id', '>', at).orderBy('id').limit(1);
    const run = await query.executeTakeFirst();
    if (!run) break;
    if (options.signal?.aborted) return progress;
    progress.changed += await reindexRun(db, run.id, options);
    // Cut off in the middle of the run: it is not done.
    if (options.signal?.aborted) return progress;
    progress.done++;
    at = run.id;
    await remember(db, at);
    options.onProgress?.({ ...progress });
  }
  await remember(db, everything);
  return progress;
}

async function remember({ kysely }: Reader, up_to: number): Promise<void> {
  await kysely.updateTable('indexed').set({ version: signatureVersion, up_to }).execute();
}

function reindexRun(db: Reader, runId: number, { pause, signal }: ReindexOptions): Promise<number> {
  return eachBatch(db, {
    run: (transaction) => transaction.selectFrom('runs').select('id').where('id', '=', runId),
    columns: ['failure_reason', 'description', 'signature', 'description_hash'],
    change: (transaction, jobs) => reindexJobs(transaction, db.engine, jobs),
    signal,
    pause,
  });
}

type IndexedJob = Pick<JobRow, 'id' | 'failure_reason' | 'description' | 'signature' | 'description_hash'>;

async function reindexJobs(transaction: Transaction<Schema>, engine: Engine, jobs: IndexedJob[]): Promise<number> {
  const causes = new Map<string, Signature>();
  const wrong: (string | number | null)[][] = [];
  for (const job of jobs) {
    const cause = job.failure_reason ? signatureOf(job.failure_reason) : null;
    if (cause) causes.set(cause.id, cause);
    const hash = job.description ? shortHash(job.description) : null;
    if (job.signature !== (cause?.id ?? null) || job.description_hash !== hash)
      wrong.push([job.id, cause?.id ?? null, hash]);
    job.description_hash = hash;
  }
  const statements: Statement[] = [];
  if (causes.size > 0) statements.push(saveSignatures(engine, [...causes.values()]));
  const descriptions = descriptionsOf(jobs);
  if (descriptions.size > 0) statements.push(saveDescriptions(engine, descriptions));
  if (wrong.length > 0) statements.push(updateJobs(engine, wrong));
  for (const { sql, parameters } of statements) {
    await transaction.executeQuery(CompiledQuery.raw(sql, [...parameters]));
  }
  return wrong.length;
}

/** Both engines call the columns of VALUES `column1` and on. */
function updateJobs(engine: Engine, rows: (string | number | null)[][]): Statement {
  const [integer, text] = engine === 'postgres' ? ['::bigint', '::text'] : ['', ''];
  const values = repeated(`(?${integer}, ?${text}, ?${text})`, rows.length);
  const sql =
    'update jobs set signature = changed.column2, description_hash = changed.column3 ' +
    `from (values ${values}) as changed where id = changed.column1`;
  return { sql: numbered(engine, sql), parameters: rows.flat() };
}
