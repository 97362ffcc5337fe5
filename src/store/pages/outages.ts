/** Finds out what happened in other runs at the time of failures that the lab may have caused (core/verdicts/lab.ts). */
import { sql } from 'kysely';
import { isFailing } from '../../core/compare.ts';
import { jobsTotal } from '../../core/run.ts';
import { deadSignature } from '../../core/signature.ts';
import { milliseconds } from '../../core/time.ts';
import { inTurns } from '../../core/turns.ts';
import { countAround, outageOf, outageWindow, type StartedJob } from '../../core/verdicts/lab.ts';
import type { CauseFacts } from '../../core/verdicts/verdict.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import { newestRuns } from '../read/runs.ts';

/** The most runs that are examined, newest scheduled first, and the longest time from scheduling to the start of jobs, in microseconds. */
const mostRuns = 200;
const longestQueued = 14 * 86_400_000_000;

/** Jobs read by one statement, which takes some 5 ms on SQLite. */
const jobsAtATime = 2000;

/** Adds to causes of class `support` the counts of jobs of other runs that started at the same time as the jobs of the cause. */
export async function addAround<Cause extends CauseFacts>(
  db: Reader,
  run: RunRow,
  causes: readonly Cause[],
): Promise<Cause[]> {
  const uncertain = causes.filter((cause) => cause.class === 'support');
  if (uncertain.length === 0) return [...causes];
  const windows = new Map(uncertain.map((cause) => [cause, outageWindow(cause.starts)]));
  const from = Math.min(...[...windows.values()].map((window) => window.from));
  const to = Math.max(...[...windows.values()].map((window) => window.to));
  const started = await startedBetween(db, run, from * 1000, to * 1000);
  const found: Cause[] = [];
  for await (const cause of inTurns(causes)) {
    const window = windows.get(cause);
    found.push(window === undefined ? cause : { ...cause, around: countAround(cause.id, window, started) });
  }
  return found;
}

/** Returns the ids of the causes that were outages. `causes` come from `addAround`. */
export function outagesAmong(run: RunRow, causes: readonly CauseFacts[], bases: readonly string[]): Set<string> {
  const isOutage = ({ starts, around }: CauseFacts) => around && outageOf(run, starts, around, bases) !== null;
  return new Set(causes.filter(isOutage).map(({ id }) => id));
}

/** Returns the jobs of other runs that started between two times, in microseconds. */
async function startedBetween(db: Reader, run: RunRow, from: number, to: number): Promise<StartedJob[]> {
  const found: StartedJob[] = [];
  const runs = await runsBetween(db, run, from, to);
  const byId = new Map(runs.map((one) => [one.id, one]));
  for await (const rows of startsIn(db, runs, from, to)) {
    for (const { run_id, start, status, signature, silent } of rows) {
      const { suite, branch } = byId.get(run_id) as RunRow;
      const cause = !isFailing(status) ? null : (signature ?? (silent ? deadSignature(status).id : null));
      found.push({ suite, branch, start: milliseconds(start), cause });
    }
  }
  return found;
}

/** Returns other runs that may have had jobs running between two times. */
function runsBetween({ kysely }: Reader, { id }: RunRow, from: number, to: number): Promise<RunRow[]> {
  return newestRuns(kysely, mostRuns)
    .where('scheduled', '>=', from - longestQueued)
    .where('scheduled', '<=', to)
    .where('updated', '>=', from)
    .where(({ fn }) => fn.coalesce('started', 'posted'), '<=', to)
    .where('id', '<>', id)
    .execute();
}

/** Yields the jobs of some runs that started between two times, in microseconds, page by page. */
export async function* startsIn({ engine, kysely }: Reader, runs: readonly RunRow[], from: number, to: number) {
  const start = sql<number>`coalesce(started, posted)`;
  const jobs = kysely
    .selectFrom('jobs')
    .select(['run_id', 'status', 'signature', start.as('start')])
    .select(sql<boolean>`coalesce(failure_reason, '') = ''`.as('silent'))
    .where(start, '>=', from)
    .where(start, '<=', to);
  for await (const portion of inTurns(portionsOf(runs, jobsAtATime))) {
    const ids = portion.map(({ id }) => id);
    yield await jobs.where(oneOf(engine, 'run_id', ids)).execute();
  }
}

/** Splits runs into lists with about `jobs` jobs each. */
export function* portionsOf<Run extends RunRow>(runs: readonly Run[], jobs: number): Generator<Run[]> {
  let portion: Run[] = [];
  let held = 0;
  for (const run of runs) {
    portion.push(run);
    held += jobsTotal(run);
    if (held < jobs) continue;
    yield portion;
    [portion, held] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
