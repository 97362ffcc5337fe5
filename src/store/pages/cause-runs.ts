/** The runs with a job that failed of some causes: `cause:` of the filter language. */
import { type SqlBool, sql } from 'kysely';
import type { Term } from '../../core/query.ts';
import { asciiLower, type Value } from '../../core/query-value.ts';
import { nextTurn } from '../../core/turns.ts';
import { escapeLike, oneOf } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';
import { type CaseJob, jobsWithCase } from '../read/case-causes.ts';

/**
 * Causes whose jobs are looked up at a time. Of a million jobs with 4,000 causes, the hundred most frequent take SQLite 93 ms on a busy
 * machine, and all of them 400.
 */
const causesAtATime = 20;

/** Their internal ids. The index of jobs with a cause has all that is read of jobs. */
export async function runsWithCause(db: Reader, { values }: Pick<Term, 'values'>): Promise<number[]> {
  const named = values.filter(({ type }) => type !== 'none');
  const found = new Set<number>();
  const causes = named.length === 0 ? [] : await causesNamed(db, named);
  for (let at = 0; at < causes.length; at += causesAtATime) {
    const ids = causes.slice(at, at + causesAtATime).map(({ id }) => id);
    for (const id of await runsWith(db, ids)) found.add(id);
    await nextTurn();
  }
  for (const cause of causes) for await (const id of runsByCases(db, cause)) found.add(id);
  if (named.length < values.length) for (const id of await greenRuns(db)) found.add(id);
  return [...found];
}

interface NamedCause {
  id: string;
  kind: string;
}

function causesNamed({ kysely }: Reader, values: readonly Value[]): Promise<NamedCause[]> {
  return kysely
    .selectFrom('signatures')
    .select(['id', 'kind'])
    .where(({ or }) => or(values.map(idCondition)))
    .execute();
}

async function runsWith({ kysely, engine }: Reader, causes: string[]): Promise<number[]> {
  const rows = await kysely
    .selectFrom('jobs')
    .select('run_id')
    .distinct()
    // The index has only these, and SQLite does not conclude it from the other condition.
    .where('signature', 'is not', null)
    .where(oneOf(engine, 'signature', causes))
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** Jobs with a failed test case that are looked up at a time. */
const jobsAtATime = 2000;

/** The runs of the jobs that have a cause by their failed test cases. */
async function* runsByCases(db: Reader, cause: NamedCause): AsyncGenerator<number> {
  for (let before: CaseJob | undefined; ; await nextTurn()) {
    const jobs = await jobsWithCase(db, cause, { before, limit: jobsAtATime });
    for (const { run_id } of jobs) yield run_id;
    if (jobs.length < jobsAtATime) return;
    before = jobs.at(-1);
  }
}

/** Without a cause is a run in which nothing failed. */
async function greenRuns({ kysely }: Reader): Promise<number[]> {
  const rows = await kysely.selectFrom('runs').select('id').where('fail', '=', 0).where('dead', '=', 0).execute();
  return rows.map(({ id }) => id);
}

function idCondition(value: Value) {
  if (value.type === 'glob') {
    const pattern = asciiLower(value.text).split('*').map(escapeLike).join('%');
    return sql<SqlBool>`id like ${pattern} escape '\\'`;
  }
  const beginning = value.type === 'literal' ? asciiLower(value.text) : '';
  return sql<SqlBool>`id >= ${beginning} and id < ${`${beginning}\u{10ffff}`}`;
}
