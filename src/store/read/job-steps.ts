/** Searches jobs from the newest on, some thousands in each statement, until enough are found: no statement reads them all. */
import { nextTurn } from '../../core/turns.ts';

/** Where a job stands in a list from the newest on: by the time of its posting (microseconds), then by its internal id. */
export interface Place {
  posted: number;
  id: number;
}

/** Jobs between two places: `from` inclusive, `below` exclusive; null where nothing bounds. */
export interface Range {
  from: Place | null;
  below: Place | null;
}

/** How one list finds its jobs. */
export interface Steps<Row> {
  /** The place of the `count`th candidate below a place (null: from the newest on), or null when there are not so many. */
  candidate(below: Place | null, count: number): Promise<Place | null>;
  /** How many jobs of a range match. */
  count(range: Range): Promise<number>;
  /** Those that match, newest first. */
  rows(range: Range, limit: number, offset: number): Promise<Row[]>;
}

/** Candidates in the first step, and in the longest: SQLite looks at 8,000 jobs in 20 ms, and everybody waits meanwhile. */
const [firstStep, longestStep] = [1000, 8000];

/** At most `limit` matching jobs below a place after leaving out `offset` of them. */
export async function inSteps<Row>(
  steps: Steps<Row>,
  { below, limit, offset }: { below: Place | null; limit: number; offset: number },
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
