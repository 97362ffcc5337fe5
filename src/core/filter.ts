import { type Failure, invalid } from './errors.ts';
import { type DayRange, parseDay } from './time.ts';

/**
 * What lists of runs can be filtered by (teuthology contract §2.9). `sha1` and `flavor` are those of any job of the
 * run.
 */
export const runFacets = ['branch', 'date', 'machine_type', 'status', 'suite', 'sha1', 'user', 'flavor'] as const;

/** One of `runFacets`. */
export type RunFacet = (typeof runFacets)[number];

/** One condition on runs; all conditions of a list must hold. `sha1` matches by prefix, a date by `scheduled`. */
export type RunCondition =
  | { facet: Exclude<RunFacet, 'date'>; value: string }
  | { facet: 'date'; range: DayRange }
  | { facet: 'since'; from: number };

/** Reads a day (`today`, `yesterday`, `YYYY-MM-DD`), or returns `invalid` in the words of the contract. */
export function readDay(text: string, todayMicros: number, key: string): DayRange | Failure {
  return parseDay(text, todayMicros) ?? invalid(key, 'date format must match %Y-%m-%d');
}
