/** Which runs a run is compared with for verdicts on its failures (core/verdicts/baseline.ts). */
import { milliseconds } from '../../core/time.ts';
import {
  baselineOf,
  baseOf,
  defaultBases,
  longestBaseline,
  mostBaselineRuns,
  ownRuns,
  ownRunsOf,
} from '../../core/verdicts/baseline.ts';
import type { RunHead } from '../../core/verdicts/digest.ts';
import { contains } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';

/** A run and what it is compared with; runs oldest first. */
export interface Compared {
  run: RunRow;
  /** The branch that the baseline is of, and those that could be chosen. */
  base: string;
  bases: string[];
  /** Whether somebody asked for this branch. */
  chosen: boolean;
  baseline: RunRow[];
  /** The last runs of its own branch. */
  own: RunRow[];
}

/** A run as verdicts name it. */
export function headOf({ name, suite, branch, sha1, scheduled }: RunRow): RunHead {
  return { id: name, name, suite, branch, sha1, scheduled: milliseconds(scheduled) };
}

/** Finds the runs that a run is compared with, on `base` or on the base of its own branch. Runs without a suite have none. */
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
  const query = kysely
    .selectFrom('runs')
    .selectAll()
    .where('suite', '=', run.suite)
    .where('branch', '=', branch)
    .where('scheduled', '<', run.scheduled)
    .where('scheduled', '>=', run.scheduled - longestBaseline * 1000)
    .where('status', '<>', 'empty');
  return query.orderBy('scheduled', 'desc').orderBy('id', 'desc').limit(count).execute();
}

const known = new WeakMap<Reader, { newest: number; bases: string[] }>();

/** The branches that others are compared with: those of the setting, with commas between, or those that the runs show. */
export async function basesOf(db: Reader, setting: string): Promise<string[]> {
  const set = setting.split(',').flatMap((name) => name.trim() || []);
  return set.length > 0 ? set : findBases(db);
}

/** The branches that runs are compared with by default; looked for again when there is a new run. */
async function findBases(db: Reader): Promise<string[]> {
  const last = await db.kysely.selectFrom('runs').select(['id', 'scheduled']).orderBy('id', 'desc').limit(1).execute();
  const newest = last[0]?.id ?? 0;
  const before = known.get(db);
  if (before?.newest === newest) return before.bases;
  const bases = defaultBases(await testedBranches(db, (last[0]?.scheduled ?? 0) - longestBaseline * 1000));
  known.set(db, { newest, bases });
  return bases;
}

/** The suites that branches without a dash in their name were tested with since a time. */
function testedBranches({ engine, kysely }: Reader, since: number) {
  return kysely
    .selectFrom('runs')
    .select(['branch', 'suite'])
    .where('scheduled', '>=', since)
    .where(({ not }) => not(contains(engine, 'branch', '-')))
    .groupBy(['branch', 'suite'])
    .execute();
}
