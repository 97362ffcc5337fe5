/** Looks for problems in a database without changing it. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sql } from 'kysely';
import { jobStatuses } from '../../core/job.ts';
import { plural } from '../../core/plural.ts';
import type { Reader } from '../engine/schema.ts';
import { databaseSize } from './prune.ts';
import { isIndexed } from './reindex.ts';

interface DoctorOptions {
  /** The file of a SQLite database; null for PostgreSQL. */
  file: string | null;
  /** The clock of this machine in microseconds. */
  now: number;
  signal?: AbortSignal;
  onProgress?: (runs: number) => void;
}

/** Runs whose jobs are counted together. */
const runsAtATime = 100;

/** The most problems of one kind that are reported individually. */
const mostTold = 20;

/** Returns one sentence for each problem. A server may write meanwhile. */
export async function findProblems(db: Reader, options: DoctorOptions): Promise<string[]> {
  const problems = [
    ...(db.engine === 'sqlite' ? await damages(db) : await brokenIndexes(db)),
    ...(await wrongCounts(db, options)),
    ...(await wrongClock(db, options.now)),
    ...(options.file === null ? [] : await littleRoom(db, options.file)),
  ];
  if (!(await isIndexed(db))) {
    problems.push(
      'some causes were computed with older rules; a server recomputes them in the background, "paddles reindex" now',
    );
  }
  return problems;
}

async function damages({ kysely }: Reader): Promise<string[]> {
  const whole = await sql<{ integrity_check: string }>`pragma integrity_check(${sql.lit(mostTold)})`.execute(kysely);
  const found = whole.rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  const lost = await sql<{ table: string }>`select "table" from pragma_foreign_key_check limit ${mostTold}`.execute(
    kysely,
  );
  return [
    ...found.map((text) => `the file is damaged: ${text}; restore a backup`),
    ...lost.rows.map(({ table }) => `a row of ${table} references a row that does not exist`),
  ];
}

async function brokenIndexes({ kysely }: Reader): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select pg_class.relname as name from pg_index join pg_class on pg_class.oid = pg_index.indexrelid
    where not pg_index.indisvalid and pg_class.relnamespace = current_schema()::regnamespace`.execute(kysely);
  return rows.map(({ name }) => `the index ${name} is not valid; "reindex index ${name}" rebuilds it`);
}

/** Compares the counts of runs with their jobs. Each step is one statement, which sees a snapshot of runs and jobs. */
async function wrongCounts({ kysely }: Reader, { signal, onProgress }: DoctorOptions): Promise<string[]> {
  const problems: string[] = [];
  let wrong = 0;
  for (let [after, done] = [0, 0]; !signal?.aborted; done += runsAtATime) {
    const runs = await kysely
      .with('some', (with_) =>
        with_.selectFrom('runs').selectAll().where('id', '>', after).orderBy('id').limit(runsAtATime),
      )
      .selectFrom('some')
      .leftJoin('jobs', 'jobs.run_id', 'some.id')
      .select(['some.id', 'some.name', ...jobStatuses.map((status) => `some.${status}` as const)])
      .select(({ fn }) =>
        jobStatuses.map((status) =>
          fn
            .sum<number>(sql`case when jobs.status = ${sql.lit(status)} then 1 else 0 end`)
            .as(`found_${status}` as const),
        ),
      )
      .groupBy(['some.id', 'some.name', ...jobStatuses.map((status) => `some.${status}` as const)])
      .orderBy('some.id')
      .execute();
    for (const run of runs) {
      for (const status of jobStatuses) {
        const found = Number(run[`found_${status}`]);
        if (run[status] !== found && wrong++ < mostTold)
          problems.push(`the run ${run.name} counts ${plural(run[status], 'job')} as ${status}, and has ${found}`);
      }
    }
    const last = runs.at(-1);
    if (last === undefined) break;
    after = last.id;
    onProgress?.(done + runs.length);
  }
  if (wrong > mostTold) problems.push(`${wrong - mostTold} more counts of runs are wrong`);
  return problems;
}

/** The tolerated difference between clocks, in microseconds. */
const tolerance = 60_000_000;

/** Checks clocks. A time that a server has set itself cannot be in the future. */
async function wrongClock({ engine, kysely }: Reader, now: number): Promise<string[]> {
  const { posted } = await kysely
    .selectFrom('runs')
    .select(({ fn }) => fn.max('posted').as('posted'))
    .executeTakeFirstOrThrow();
  const seconds = (micros: number) => Math.round(micros / 1_000_000);
  const problems: string[] = [];
  if (posted !== null && posted - now > tolerance) {
    problems.push(
      `the newest run was posted ${seconds(posted - now)} s in the future; the clock of a server is or was wrong`,
    );
  }
  if (engine === 'sqlite') return problems;
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now`.execute(kysely);
  const ahead = now - (rows[0]?.now ?? now);
  if (Math.abs(ahead) > tolerance) {
    problems.push(
      `the clock of this machine is ${seconds(Math.abs(ahead))} s ${ahead > 0 ? 'ahead of' : 'behind'} that of PostgreSQL`,
    );
  }
  return problems;
}

/** A tenth of the size of the database must be free, for the write-ahead log and a few weeks of results. */
async function littleRoom(db: Reader, file: string): Promise<string[]> {
  const { bavail, bsize, blocks } = statfsSync(dirname(file));
  const { bytes } = await databaseSize(db);
  const free = bavail * bsize;
  if (blocks === 0 || free >= Math.max(bytes / 10, 256 << 20)) return [];
  return [`only ${Math.floor(free / (1 << 20))} MB are free on the disk of the database`];
}
