/** Goes through jobs from the newest on, some thousands at a time, until enough are found: no statement goes through all. */
import { nextTurn } from '../reader.ts';

/** Internal ids of jobs: `from` inclusive, `below` exclusive; null where nothing bounds. */
export interface IdRange {
  from: number | null;
  below: number | null;
}

/** How one list finds its jobs. */
export interface Steps<Row> {
  /** The id of the `count`th candidate below an id (null: from the newest on), or null when there are not so many. */
  candidate(below: number | null, count: number): Promise<number | null>;
  /** How many jobs of a range match. */
  count(range: IdRange): Promise<number>;
  /** Those that match, newest first. */
  rows(range: IdRange, limit: number, offset: number): Promise<Row[]>;
}

/** Candidates in the first step, and in the longest: SQLite looks at 8,000 jobs in 20 ms, and everybody waits meanwhile. */
const [firstStep, longestStep] = [1000, 8000];

/** At most `limit` matching jobs below an id after leaving out `offset` of them. */
export async function inSteps<Row>(
  steps: Steps<Row>,
  { below, limit, offset }: { below: number | null; limit: number; offset: number },
): Promise<Row[]> {
  const found: Row[] = [];
  let [end, left] = [below, offset];
  for (let step = firstStep; ; step = Math.min(2 * step, longestStep)) {
    const from = await steps.candidate(end, step);
    const range = { from, below: end };
    const skipped = left > 0 ? Math.min(left, await steps.count(range)) : 0;
    left -= skipped;
    if (left === 0) found.push(...(await steps.rows(range, limit - found.length, skipped)));
    if (found.length >= limit || from === null) return found;
    end = from;
    await nextTurn();
  }
}
