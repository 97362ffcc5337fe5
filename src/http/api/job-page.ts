import { type Static, Type } from 'typebox';
import { nodeRoles } from '../../core/job-config.ts';
import { joinObject, parseUnlessLong } from '../../core/json-text.ts';
import { logLinks } from '../../core/paths.ts';
import { caseResults } from '../../core/test-cases.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import {
  descriptionHistory,
  failureCounts,
  findRun,
  neighbours,
  reportedKeys,
  siblings,
  wholeJob,
} from '../../store/pages/run-page.ts';
import { knownLog } from '../../store/read/excerpts.ts';
import { caseCounts, testCounts } from '../../store/read/test-cases.ts';
import { orThrow, sendJson } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { knownLogFacts } from './job-log.ts';
import {
  answers,
  countsBy,
  integer,
  JobItem,
  JobStatus,
  jobItem,
  jobPath,
  Link,
  latestOf,
  only,
  RunItem,
  runItem,
  text,
  textOrNull,
} from './schema.ts';

/** A job with the history of its description, newest first and including the job itself. */
const JobPage = shape('JobPage', {
  run: RunItem,
  job: JobItem,
  /** Every reported key and nothing else: the job as it was configured. */
  config: Type.Record(text, Type.Unknown()),
  /** The roles of each host. */
  roles: Type.Array(Type.Object({ node: text, roles: Type.Array(text) })),
  links: Type.Array(Link),
  ...knownLogFacts,
  /** The number of its test cases by result; null if it has none. */
  tests: orNull(countsBy(caseResults)),
  /** Whether the server can read its log. */
  reads_logs: Type.Boolean(),
  history: Type.Array(JobItem),
  /** Its neighbours in the order of the run page; null at the ends. */
  before: textOrNull,
  after: textOrNull,
  /** Its number in that order, from 1, and the number of jobs. */
  place: Type.Object({ at: integer, of: integer }),
  /** Jobs of the run with the same cause, including itself, in that order; at most 200 of `total`. */
  siblings: Type.Object({
    total: integer,
    jobs: Type.Array(Type.Object({ job_id: text, status: JobStatus, description: textOrNull })),
  }),
});
export type JobPage = Static<typeof JobPage>;

const jobPage = {
  summary: 'A job, its configuration and the history of its description',
  params: jobPath,
  querystring: only({
    scope: Type.Optional(
      Type.Enum(['branch', 'all', 'sha1'], { description: 'which jobs the history contains; default branch' }),
    ),
    ...latestOf,
  }),
  response: answers(JobPage),
};

/** `GET /runs/:run/jobs/:job?scope=branch|all|sha1`. */
export function jobPageRoutes(app: ApiServer, context: ApiContext): void {
  app.get('/runs/:run/jobs/:job', { schema: jobPage, config: ordinary }, async ({ params, query }, reply) => {
    const { db, config } = context;
    const run = orThrow(await findRun(db, params.run, query));
    const whole = orThrow(await wholeJob(db, run, params.job));
    const { job, line } = whole;
    const history = await descriptionHistory(db, run, whole, query.scope ?? 'branch');
    const page: Omit<JobPage, 'config'> = {
      run: runItem(run),
      job: jobItem(line),
      roles: nodeRoles(parseUnlessLong(job.roles), parseUnlessLong(job.targets)),
      ...(await knownLog(db, line.id)),
      tests: (await testCounts(db, [line.id])).get(line.id) ?? null,
      reads_logs: context.archive.isOpen(),
      links: [...logLinks(config.job_log_href_templ, run.name, line), ...line.links],
      history: history.map(jobItem),
      ...(await neighbours(db, run, job.job_id)),
      siblings: await siblingsOf(db, run, line),
    };
    // The texts as reported, because numbers that are parsed and printed again can lose digits.
    const text = `${JSON.stringify(page).slice(0, -1)},"config":${joinObject(reportedKeys(job))}}`;
    return sendJson(reply, text);
  });
}

async function siblingsOf(db: ApiContext['db'], run: RunRow, { signature }: JobLine): Promise<JobPage['siblings']> {
  if (signature === null) return { total: 0, jobs: [] };
  const counts = await failureCounts(db, run.id);
  const own = counts.filter((one) => one.signature === signature.id).map(({ count }) => Number(count));
  const ofCases = (await caseCounts(db, [run.id], [signature])).map(({ jobs }) => jobs);
  return {
    total: [...own, ...ofCases].reduce((sum, count) => sum + count, 0),
    jobs: await siblings(db, run, signature),
  };
}
