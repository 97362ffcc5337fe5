/** The occurrences of a cause of failures: its runs, branches and nodes, and its wordings. */
import { type Failure, notFound } from '../../core/errors.ts';
import { classified, type Signature } from '../../core/signature.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { type Blame, blameOf } from '../../core/verdicts/blame.ts';
import type { RunIndex } from '../../core/verdicts/digest.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { type CaseJob, caseCounts, caseMessages, jobsWithCase } from '../read/test-cases.ts';
import { type JobLine, linesByIds } from './job-lines.ts';
import { type DigestKeeper, indexesOf } from './run-digests.ts';
import { lastRuns } from './run-page.ts';

/** The number of newest jobs of a cause that are counted. Chronic causes have a hundred jobs a day. */
export const mostCounted = 2000;

/** Returns a cause by its id, or `not_found`. */
export async function findCause({ kysely }: Reader, id: string): Promise<Signature | Failure> {
  const row = await kysely
    .selectFrom('signatures')
    .select(['id', 'kind', 'title'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? notFound('cause', id) : classified({ ...row, kind: row.kind as Signature['kind'] });
}

/** Returns the jobs that failed with a cause since a time in microseconds, newest first, at most `mostCounted`. */
export async function occurrencesOf(db: Reader, cause: Signature, from = 0): Promise<CaseJob[]> {
  const own = await db.kysely
    .selectFrom('jobs')
    .select(['id', 'run_id', 'posted'])
    .where('signature', '=', cause.id)
    .where('posted', '>=', from)
    .orderBy('posted', 'desc')
    .orderBy('id', 'desc')
    .limit(mostCounted)
    .execute();
  const ofCases = await jobsWithCase(db, cause, { from, limit: mostCounted });
  if (ofCases.length === 0) return own;
  const all = [...new Map([...own, ...ofCases].map((one) => [one.id, one])).values()];
  return all.sort((a, b) => b.posted - a.posted || b.id - a.id).slice(0, mostCounted);
}

/** A run, the number of its jobs that failed with the cause, and the last of these jobs. */
interface HitRun {
  run: RunRow;
  jobs: number;
  last: CaseJob;
}

/** Returns the runs of these jobs, in the order of the jobs. */
export async function runsOf({ kysely, engine }: Reader, found: readonly CaseJob[]): Promise<HitRun[]> {
  const hits = new Map<number, { jobs: number; last: CaseJob }>();
  for (const one of found) {
    const hit = hits.get(one.run_id);
    if (hit === undefined) hits.set(one.run_id, { jobs: 1, last: one });
    else hit.jobs++;
  }
  const rows = await kysely
    .selectFrom('runs')
    .selectAll()
    .where(oneOf(engine, 'id', [...hits.keys()]))
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...hits].flatMap(([id, hit]) => {
    const run = byId.get(id);
    return run === undefined ? [] : [{ run, ...hit }];
  });
}

/** A suite and a branch in which a cause occurred. */
export interface Place {
  suite: string;
  branch: string;
  runs: number;
  jobs: number;
  /** The run of the job that was posted last, which is not always the newest run. */
  last: HitRun;
}

/** Returns the suites and branches of some runs, those with the most jobs first. */
export function placesOf(hits: readonly HitRun[], branchOf: (run: RunRow) => string = ({ branch }) => branch): Place[] {
  const places = new Map<string, Place>();
  for (const hit of hits) {
    const [suite, branch] = [hit.run.suite, branchOf(hit.run)];
    const key = JSON.stringify([suite, branch]);
    const place = places.get(key);
    if (place === undefined) places.set(key, { suite, branch, runs: 1, jobs: hit.jobs, last: hit });
    else {
      place.runs++;
      place.jobs += hit.jobs;
    }
  }
  return [...places.values()].sort((a, b) => b.jobs - a.jobs);
}

/** The last runs of a suite on a branch, oldest first, each with the number of its jobs that failed with a cause. */
interface Line {
  suite: string;
  branch: string;
  runs: { run: RunRow; jobs: number }[];
}

/** The number of runs in a line. */
const lineLength = 20;

/** Returns the lines of some places. */
export async function linesOf(
  db: Reader,
  cause: Signature,
  places: readonly Pick<Place, 'suite' | 'branch'>[],
): Promise<Line[]> {
  const rows: { suite: string; branch: string; runs: RunRow[] }[] = [];
  for (const { suite, branch } of places) {
    if (suite !== '' && branch !== '')
      rows.push({ suite, branch, runs: await lastRuns(db, { suite, branch }, lineLength) });
    await nextTurn();
  }
  const ids = rows.flatMap(({ runs }) => runs.map(({ id }) => id));
  const counts = await countsIn(db, cause, ids);
  return rows.map(({ runs, ...place }) => ({
    ...place,
    runs: runs.map((run) => ({ run, jobs: counts.get(run.id) ?? 0 })),
  }));
}

async function countsIn(db: Reader, cause: Signature, runs: number[]): Promise<Map<number, number>> {
  const rows = await db.kysely
    .selectFrom('jobs')
    .select('run_id')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(oneOf(db.engine, 'run_id', runs))
    .where('signature', '=', cause.id)
    .groupBy('run_id')
    .execute();
  const counts = new Map(rows.map(({ run_id, count }) => [run_id, count]));
  for (const { run_id, jobs } of await caseCounts(db, runs, [cause]))
    counts.set(run_id, (counts.get(run_id) ?? 0) + jobs);
  return counts;
}

/** Runs in which facets are counted. */
const runsForFacets = 8;

/** A facet of jobs: `n` jobs have it, and `k` of these failed with the cause. */
interface FacetShare {
  facet: string;
  k: number;
  n: number;
}

/** Returns what the jobs of a cause have in common, in the first `runsForFacets` of some runs of one suite. */
export async function commonIn(
  db: DigestKeeper,
  id: string,
  runs: readonly RunRow[],
  bases: readonly string[],
  at: number,
): Promise<{ blame: Blame | null; facets: FacetShare[]; runs: number }> {
  const indexes = [...(await indexesOf(db, runs.slice(0, runsForFacets), { bases, at })).values()];
  const pool = indexes.filter(({ causes }) => causes.has(id));
  await nextTurn();
  const blame = blameOf(pool, id);
  await nextTurn();
  return { blame, facets: facetShares(pool, id), runs: pool.length };
}

/** The most facets of a list. */
const mostFacets = 12;

/**
 * Returns the facets of at least two failed jobs, those with the greatest share of failures first. Facets that all jobs have are left
 * out, because they explain nothing.
 */
function facetShares(pool: readonly RunIndex[], id: string): FacetShare[] {
  const hits = new Map<string, number>();
  for (const run of pool) {
    for (const { facet, jobs } of run.hitsOf(id)) hits.set(facet, (hits.get(facet) ?? 0) + jobs);
  }
  const total = pool.reduce((sum, { jobs }) => sum + jobs, 0);
  const shares = [...hits]
    .filter(([, k]) => k > 1)
    .map(([facet, k]) => ({ facet, k, n: pool.reduce((sum, run) => sum + run.withFacet(facet).length, 0) }));
  return shares
    .filter(({ n }) => n < total)
    .sort((a, b) => b.k / b.n - a.k / a.n || b.k - a.k)
    .slice(0, mostFacets);
}

/** Jobs that are examined for nodes, operating systems and wordings; and jobs read by one statement. */
const mostLines = 200;
const linesAtATime = 50;

/** Returns the last jobs of a cause as lists show them. */
export async function lastLines(db: Reader, found: readonly CaseJob[]): Promise<JobLine[]> {
  const lines: JobLine[] = [];
  const ids = found.slice(0, mostLines).map(({ id }) => id);
  for (const some of chunksOf(ids, linesAtATime)) {
    lines.push(...(await linesByIds(db, some)));
    await nextTurn();
  }
  return lines;
}

/** One wording of a cause, the number of jobs with it, and the last of these jobs. */
interface Wording {
  text: string;
  jobs: number;
  last: JobLine;
}

/** Returns the distinct failure reasons of jobs with a cause, or messages of its test case, the most frequent first. */
export async function wordingsOf(db: Reader, cause: Signature, lines: readonly JobLine[]): Promise<Wording[]> {
  const found = new Map<string, Wording>();
  const messages = await caseMessages(
    db,
    cause,
    lines.map(({ id }) => id),
  );
  for await (const line of inTurns(lines)) {
    const text = messages.get(line.id) ?? line.failure_reason ?? '';
    const known = found.get(text);
    if (known === undefined) found.set(text, { text, jobs: 1, last: line });
    else known.jobs++;
  }
  return [...found.values()].sort((a, b) => b.jobs - a.jobs);
}
