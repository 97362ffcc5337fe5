import { changeClasses } from '../../core/compare.ts';
import { notFound } from '../../core/errors.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobVerdict } from '../../store/pages/job-lines.ts';
import { type ComparedPair, compareRuns, findRun, previousRun, runsUpTo } from '../../store/pages/run-page.ts';
import { orThrow, Refusal } from '../refusal.ts';
import { large } from '../turns.ts';
import { type Compare, compare } from './compare-schema.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { runItem } from './items.ts';
import { comparisonOf } from './run-verdicts.ts';

/**
 * `GET /runs/:run/compare?with=`: another run, or the one before when it is absent, empty or `prev`. A branch without such a run is compared
 * with the last run of its base branch, and any with that of the branch that `base=` names.
 */
export function compareRoutes(app: ApiServer, context: ApiContext): void {
  app.get('/runs/:run/compare', { schema: compare, config: large }, async ({ params, query }) => {
    const { db } = context;
    const run = orThrow(await findRun(db, params.run, query));
    const { with: wanted = '' } = query;
    const before = wanted === '' || wanted === 'prev';
    const other = before ? await runBefore(context, run, query.base) : orThrow(await findRun(db, wanted, query));
    if (other === null) {
      throw new Refusal(notFound('run', 'prev'), `there is no finished run like '${run.name}' before it`);
    }
    return compareAnswer(other, run, await compareRuns(db, other.id, run.id));
  });
}

async function runBefore(context: ApiContext, run: RunRow, base = ''): Promise<RunRow | null> {
  const previous = base === '' ? previousRun(await runsUpTo(context.db, run)) : null;
  if (previous !== null) return previous;
  const { baseline } = await comparisonOf(context, run, base);
  return baseline.findLast(({ status }) => status.startsWith('finished')) ?? null;
}

function compareAnswer(a: RunRow, b: RunRow, pairs: ComparedPair[]): Compare {
  const counts = Object.fromEntries(changeClasses.map((name) => [name, 0])) as Compare['counts'];
  for (const { change } of pairs) counts[change]++;
  const rows = pairs.map(({ a, b, change }) => ({
    description: b?.description ?? a?.description ?? '',
    change,
    a: comparedJob(a),
    b: comparedJob(b),
  }));
  return { a: runItem(a), b: runItem(b), counts, rows };
}

function comparedJob(job: JobVerdict | null) {
  if (job === null) return null;
  const { job_id, status, duration, signature } = job;
  return { job_id, status, duration, signature };
}
