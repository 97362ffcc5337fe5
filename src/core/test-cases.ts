/** The test cases of a job. */
import { caseTitle } from './case-names.ts';
import { causeOf, type Signature } from './signature.ts';

/** How a case ended. */
export const caseResults = ['pass', 'fail', 'error', 'skipped'] as const;
/** One of `caseResults`. */
export type CaseResult = (typeof caseResults)[number];

/** A test case. */
export interface TestCase {
  /** `test_x (tasks.y.TestZ)`, or the name alone where there is no class. */
  name: string;
  result: CaseResult;
  /** null: nobody measured it. */
  seconds: number | null;
  /** Why it did not pass. */
  message: string | null;
}

/** How many cases ended in which way. */
export type CaseCounts = Record<CaseResult, number>;

/** The longest name and message that are kept, in UTF-16 units. */
export const longestCase = { name: 500, message: 1000 };
/** The most cases of a job. */
export const mostCases = 250_000;

/** Counts of nothing. */
export function noCases(): CaseCounts {
  return { pass: 0, fail: 0, error: 0, skipped: 0 };
}

/** Whether a case says that something is wrong. */
export function isFailed({ result }: Pick<TestCase, 'result'>): boolean {
  return result === 'fail' || result === 'error';
}

/** The cause that a failed case is, whoever names it. */
export function caseCause(name: string): Signature {
  return causeOf('test', caseTitle(name));
}
