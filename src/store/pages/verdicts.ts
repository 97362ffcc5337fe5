/** The verdicts on the failures of a run, and the runs that it is compared with. The rules are in core/verdicts. */
import { decisionName, placeOf } from '../../core/decisions/decision.ts';
import { type DecidedVerdict, decided, type Seen, type Standing, standingOf } from '../../core/decisions/standing.ts';
import type { Signature } from '../../core/signature.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import {
  baselineOf,
  baseOf,
  defaultBases,
  longestBaseline,
  mostBaselineRuns,
  ownRuns,
  ownRunsOf,
} from '../../core/verdicts/baseline.ts';
import type { RunHead, RunIndex } from '../../core/verdicts/digest.ts';
import { type Comparison, verdictOf } from '../../core/verdicts/verdict.ts';
import { contains } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import { newestRuns } from '../read/runs.ts';
import { type CauseDecisions, decisionsOn } from './decisions.ts';
import { addAround } from './outages.ts';
import { causesOf, type DigestKeeper, headOf, indexesOf, type JudgedJob } from './run-digests.ts';

/** The verdict on one cause of a run. */
export interface Judged {
  cause: Signature;
  /** The number of jobs of the run with this cause. */
  jobs: number;
  verdict: DecidedVerdict;
}

/**
 * Judges every cause of a run from its jobs. `at` is now, in microseconds; `decidedAt` is the time as of which decisions count, if not
 * now. The digests of 40 runs take some 60 bytes per job, and stay in memory for a while. Other requests run about every 10 ms.
 */
export async function verdictsOf(
  db: DigestKeeper,
  { run, bases, baseline, own }: Compared,
  jobs: readonly JudgedJob[],
  at: number,
  decidedAt?: number,
): Promise<Judged[]> {
  const causes = await addAround(db, run, causesOf(jobs));
  if (causes.length === 0) return [];
  const indexes = await indexesOf(db, [...new Set([...baseline, ...own, run])], {
    bases,
    at,
    known: { run, jobs, causes },
  });
  const indexed = ({ name }: RunRow) => indexes.get(name) as RunIndex;
  const comparison = { run: indexed(run), baseline: baseline.map(indexed), own: own.map(indexed), bases };
  const place = { ...placeOf(run, bases), scheduled: headOf(run).scheduled };
  const decisions = await decisionsOn(db, causes, place, decidedAt);
  await nextTurn();
  const judged: Judged[] = [];
  for await (const { cause, ...facts } of inTurns(causes)) {
    const verdict = verdictOf(comparison, facts);
    const found = decisions.get(cause.id);
    // Digests do not contain causes of the lab, so there is no line for them.
    const line = found && verdict.verdict !== 'INFRA' ? lineOf(comparison, cause.id) : null;
    const standing = found ? standingWith(found, place, line) : { decision: null, past: null };
    judged.push({ cause, jobs: facts.starts.length, verdict: decided(verdict, standing) });
  }
  return judged;
}

function standingWith(
  { candidates, scattered }: CauseDecisions,
  place: Parameters<typeof standingOf>[1],
  line: readonly Seen[] | null,
): Standing {
  const standing = standingOf(candidates, place, line);
  if (standing.decision !== null || standing.past !== null) return standing;
  const { decision: lost } = standingOf(scattered, place, null);
  if (lost === null) return standing;
  return { decision: null, past: `was part of ${decisionName(lost)} before the rules changed, needs a look` };
}

/** Returns the earlier runs, oldest first, and whether they had a cause. */
function lineOf({ baseline, own }: Comparison, cause: string): Seen[] {
  const isBaseline = new Set(baseline);
  const line = [...new Set([...baseline, ...own])].sort((a, b) => a.run.scheduled - b.run.scheduled);
  return line.map((one) => ({
    scheduled: one.run.scheduled,
    had: one.causes.has(cause),
    isBaseline: isBaseline.has(one),
  }));
}

/** A run and the runs that it is compared with, oldest first. */
export interface Compared {
  run: RunRow;
  /** The branch of the baseline, and the branches that could be chosen instead. */
  base: string;
  bases: string[];
  /** True if the user chose this branch. */
  chosen: boolean;
  baseline: RunRow[];
  /** The last runs of its own branch. */
  own: RunRow[];
}

/** Finds the runs that a run is compared with, on the branch `chosen` or on the base of its own branch. Finds none without a suite. */
export async function comparedWith(db: Reader, run: RunRow, bases: string[], chosen?: string): Promise<Compared> {
  const base = chosen ?? baseOf(run.branch, bases);
  const rows = await runsBefore(db, run, base, mostBaselineRuns);
  const ownRows = run.branch === base ? rows : await runsBefore(db, run, run.branch, ownRuns);
  const byName = new Map([...rows, ...ownRows].map((row) => [row.name, row]));
  const heads = [...byName.values()].map(headOf).sort((a, b) => a.scheduled - b.scheduled);
  const rowsOf = (found: RunHead[]) => found.map(({ id }) => byName.get(id) as RunRow);
  const head = headOf(run);
  const isChosen = chosen !== undefined;
  return {
    run,
    base,
    bases,
    chosen: isChosen,
    baseline: rowsOf(baselineOf(head, base, heads)),
    own: rowsOf(ownRunsOf(head, heads)),
  };
}

async function runsBefore({ kysely }: Reader, run: RunRow, branch: string, count: number): Promise<RunRow[]> {
  if (run.suite === '' || branch === '') return [];
  return newestRuns(kysely, count)
    .where('suite', '=', run.suite)
    .where('branch', '=', branch)
    .where('scheduled', '<', run.scheduled)
    .where('scheduled', '>=', run.scheduled - longestBaseline * 1000)
    .where('status', '<>', 'empty')
    .execute();
}

const known = new WeakMap<Reader, { newest: number; bases: string[] }>();

/** Returns the branches that others are compared with: those in the comma-separated setting, or by default those found among the runs. */
export async function basesOf(db: Reader, setting: string): Promise<string[]> {
  const set = setting.split(',').flatMap((name) => name.trim() || []);
  return set.length > 0 ? set : findBases(db);
}

/** Returns the branches that runs are compared with by default. Searches again whenever there is a new run. */
async function findBases(db: Reader): Promise<string[]> {
  const last = await db.kysely.selectFrom('runs').select(['id', 'scheduled']).orderBy('id', 'desc').limit(1).execute();
  const newest = last[0]?.id ?? 0;
  const before = known.get(db);
  if (before?.newest === newest) return before.bases;
  const bases = defaultBases(await testedBranches(db, (last[0]?.scheduled ?? 0) - longestBaseline * 1000));
  known.set(db, { newest, bases });
  return bases;
}

/** Returns the branches without a dash in their name that were tested since a time, each with its suites. */
function testedBranches({ engine, kysely }: Reader, since: number) {
  return kysely
    .selectFrom('runs')
    .select(['branch', 'suite'])
    .where('scheduled', '>=', since)
    .where(({ not }) => not(contains(engine, 'branch', '-')))
    .groupBy(['branch', 'suite'])
    .execute();
}
