import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { changeClasses } from '../../core/compare.ts';
import { notFound } from '../../core/errors.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobVerdict } from '../../store/pages/job-lines.ts';
import {
  type ComparedPair,
  compareRuns,
  findRun,
  type LatestOf,
  previousRun,
  runsUpTo,
} from '../../store/pages/run-page.ts';
import { orThrow, Refusal } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large } from '../turns.ts';
import { sendWithList } from './answers.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { baseParameter, comparisonOf } from './run-verdicts.ts';
import {
  answers,
  Cause,
  countsBy,
  JobStatus,
  KnownCause,
  latestOf,
  numberOrNull,
  only,
  optional,
  RunItem,
  runItem,
  runPath,
  text,
} from './schema.ts';

/** A job in a comparison, see `JobItem`. */
const ComparedJob = orNull(
  Type.Object({
    job_id: text,
    status: JobStatus,
    duration: numberOrNull,
    signature: Cause,
    case_causes: Type.Array(KnownCause),
  }),
);

/** B is the run, A the other one. */
const Compare = shape('Compare', {
  a: RunItem,
  b: RunItem,
  counts: countsBy(changeClasses),
  rows: Type.Array(
    Type.Object({ description: text, change: Type.Enum([...changeClasses]), a: ComparedJob, b: ComparedJob }),
  ),
});
export type Compare = Static<typeof Compare>;

const compare = {
  summary: 'How the result of each description changed since another run',
  params: runPath,
  querystring: only({
    with: optional(
      'a run; base for the last run of the base branch; or prev (default) for the previous run, or base if there is none',
    ),
    base: baseParameter,
    ...latestOf,
  }),
  response: answers(Compare),
};

/**
 * `GET /runs/:run/compare?with=`: compares with the named run, with the last run of the base branch for `base`, or with the previous run
 * if `with` is absent, empty or `prev`. If there is no previous run, or if `base=` names a branch, compares with the last run of the base
 * branch.
 */
export function compareRoutes(app: ApiServer, context: ApiContext): void {
  app.get('/runs/:run/compare', { schema: compare, config: large }, async ({ params, query }, reply) => {
    const { db } = context;
    const run = orThrow(await findRun(db, params.run, query));
    const other = await otherRun(context, run, query);
    if (other === null) {
      throw new Refusal(notFound('run', query.with || 'prev'), `there is no finished run like '${run.name}' before it`);
    }
    return sendComparison(reply, other, run, await compareRuns(db, other.id, run.id));
  });
}

/** The run to compare with; null if there is none. */
async function otherRun(context: ApiContext, run: RunRow, query: LatestOf & { with?: string; base?: string }) {
  const { with: wanted = '' } = query;
  if (wanted === '' || wanted === 'prev') return runBefore(context, run, query.base);
  if (wanted === 'base') return lastOfBase(context, run, query.base);
  return orThrow(await findRun(context.db, wanted, query));
}

async function runBefore(context: ApiContext, run: RunRow, base = ''): Promise<RunRow | null> {
  const previous = base === '' ? previousRun(await runsUpTo(context.db, run)) : null;
  return previous ?? lastOfBase(context, run, base);
}

async function lastOfBase(context: ApiContext, run: RunRow, base = ''): Promise<RunRow | null> {
  const { baseline } = await comparisonOf(context, run, base);
  return baseline.findLast(({ status }) => status.startsWith('finished')) ?? null;
}

function sendComparison(reply: FastifyReply, a: RunRow, b: RunRow, pairs: ComparedPair[]): Promise<FastifyReply> {
  const counts = Object.fromEntries(changeClasses.map((name) => [name, 0])) as Compare['counts'];
  for (const { change } of pairs) counts[change]++;
  const rest: Omit<Compare, 'rows'> = { a: runItem(a), b: runItem(b), counts };
  return sendWithList(reply, rest, ['rows', pairs], comparedPair);
}

function comparedPair({ a, b, change }: ComparedPair): Compare['rows'][number] {
  return { description: b?.description ?? a?.description ?? '', change, a: comparedJob(a), b: comparedJob(b) };
}

function comparedJob(job: JobVerdict | null) {
  if (job === null) return null;
  const { job_id, status, duration, signature, case_causes } = job;
  return { job_id, status, duration, signature, case_causes: [...case_causes] };
}
