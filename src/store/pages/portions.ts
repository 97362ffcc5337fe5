import { jobsTotal } from '../../core/run.ts';
import type { RunRow } from '../engine/schema.ts';

/** Splits runs into lists that have about so many jobs together. */
export function* portionsOf<Run extends RunRow>(runs: readonly Run[], jobs: number): Generator<Run[]> {
  let portion: Run[] = [];
  let held = 0;
  for (const run of runs) {
    portion.push(run);
    held += jobsTotal(run);
    if (held < jobs) continue;
    yield portion;
    [portion, held] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
