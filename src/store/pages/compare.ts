import { type ChangeClass, changeClasses, changeOf, type Pair, pairJobs } from '../../core/compare.ts';
import type { Reader } from '../reader.ts';
import { nextTurn } from '../reader.ts';
import { allOf, type JobVerdict, verdictsOfRun } from './job-lines.ts';

/** A description in two runs, and what became of it. */
export type ComparedPair = Pair<JobVerdict> & { change: ChangeClass };

/** The jobs of two runs by their descriptions: what needs eyes first comes first, then by description. */
export async function compareRuns(db: Reader, a: number, b: number): Promise<ComparedPair[]> {
  const [older, newer] = [await allOf(verdictsOfRun(db, a)), await allOf(verdictsOfRun(db, b))];
  const rows = pairJobs(older, newer).map((pair) => ({
    ...pair,
    change: changeOf(pair.a?.status ?? null, pair.b?.status ?? null),
    rank: 0,
    description: pair.b?.description ?? pair.a?.description ?? '',
  }));
  await nextTurn();
  for (const row of rows) row.rank = changeClasses.indexOf(row.change);
  rows.sort((one, other) => one.rank - other.rank || byText(one.description, other.description));
  await nextTurn();
  return rows.map(({ a, b, change }) => ({ a, b, change }));
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
