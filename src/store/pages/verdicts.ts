/** What is said of the failures of a run; core/verdicts/verdict.ts decides. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Signature } from '../../core/signature.ts';
import type { RunIndex } from '../../core/verdicts/digest.ts';
import { type Verdict, verdictOf } from '../../core/verdicts/verdict.ts';
import { inTurns } from '../read/in-turns.ts';
import type { Compared } from './baseline.ts';
import { addAround } from './outages.ts';
import { causesOf, type DigestKeeper, indexesOf, indexOf, type JudgedJob } from './run-digests.ts';

/** What is said of one cause of a run. */
export interface Judged {
  cause: Signature;
  /** How many jobs of the run ended with it. */
  jobs: number;
  verdict: Verdict;
}

/**
 * Judges every cause of a run, whose jobs are given; `at` is now, in microseconds. The digests of 40 runs are some 60 bytes a job,
 * and stay in memory for a while; others get their turn every 10 ms or so.
 */
export async function verdictsOf(
  db: DigestKeeper,
  { run, bases, baseline, own }: Compared,
  jobs: readonly JudgedJob[],
  at: number,
): Promise<Judged[]> {
  const causes = await addAround(db, run, causesOf(jobs));
  if (causes.length === 0) return [];
  const indexes = await indexesOf(db, [...new Set([...baseline, ...own])], bases, at);
  const indexed = (rows: typeof baseline) => rows.map(({ name }) => indexes.get(name) as RunIndex);
  const index = await indexOf(db, run, jobs, causes, bases, at);
  const comparison = { run: index, baseline: indexed(baseline), own: indexed(own), bases };
  await nextTurn();
  const judged: Judged[] = [];
  for await (const { cause, ...facts } of inTurns(causes)) {
    judged.push({ cause, jobs: facts.starts.length, verdict: verdictOf(comparison, facts) });
  }
  return judged;
}
