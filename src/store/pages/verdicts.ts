/** What is said of the failures of a run; core/verdicts/verdict.ts decides. */
import { decisionName, placeOf } from '../../core/decisions/decision.ts';
import { type DecidedVerdict, decided, type Seen, type Standing, standingOf } from '../../core/decisions/standing.ts';
import type { Signature } from '../../core/signature.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import type { RunIndex } from '../../core/verdicts/digest.ts';
import { type Comparison, verdictOf } from '../../core/verdicts/verdict.ts';
import { type Compared, headOf } from './baseline.ts';
import { type CauseDecisions, decisionsOn } from './decisions.ts';
import { addAround } from './outages.ts';
import { causesOf, type DigestKeeper, indexesOf, indexOf, type JudgedJob } from './run-digests.ts';

/** What is said of one cause of a run. */
export interface Judged {
  cause: Signature;
  /** How many jobs of the run ended with it. */
  jobs: number;
  verdict: DecidedVerdict;
}

/**
 * Judges every cause of a run, whose jobs are given; `at` is now, in microseconds, and `decidedAt` when decisions are looked at, if
 * not now. The digests of 40 runs are some 60 bytes a job, and stay in memory for a while; others get their turn every 10 ms or so.
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
  const indexes = await indexesOf(db, [...new Set([...baseline, ...own])], bases, at);
  const indexed = (rows: typeof baseline) => rows.map(({ name }) => indexes.get(name) as RunIndex);
  const index = await indexOf(db, run, jobs, causes, bases, at);
  const comparison = { run: index, baseline: indexed(baseline), own: indexed(own), bases };
  const place = { ...placeOf(run, bases), scheduled: headOf(run).scheduled };
  const decisions = await decisionsOn(db, causes, place, decidedAt);
  await nextTurn();
  const judged: Judged[] = [];
  for await (const { cause, ...facts } of inTurns(causes)) {
    const verdict = verdictOf(comparison, facts);
    const found = decisions.get(cause.id);
    // Digests do not tell whether a run had a cause of the lab.
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

/** The earlier runs, oldest first, with whether they had a cause. */
function lineOf({ baseline, own }: Comparison, cause: string): Seen[] {
  const isBaseline = new Set(baseline);
  const line = [...new Set([...baseline, ...own])].sort((a, b) => a.run.scheduled - b.run.scheduled);
  return line.map((one) => ({
    scheduled: one.run.scheduled,
    had: one.causes.has(cause),
    isBaseline: isBaseline.has(one),
  }));
}
