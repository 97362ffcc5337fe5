import type { Contract, Mark } from './contract.ts';

type Job = {
  job_id: string;
  status: string;
  description: string;
  branch: string;
  tasks: [{ mark: string }];
  success: boolean | null;
};

type Run = { name: string; results: { pass: number; fail: number; running: number; total: number } };

/** The teuthology contract's requests. */
export const teuthology: Contract = {
  name: 'teuthology',
  settings: ['--contract', 'teuthology'],
  // `success: null` has no meaning there, and a `status` does not change a verdict.
  outcomes: [true, false],
  createsMissingRuns: true,
  createRun: (run) => ({ method: 'POST', path: '/runs/', body: { name: run } }),
  createJob: (run, jobId, mark) => ({
    method: 'POST',
    path: `/runs/${run}/jobs/`,
    body: { job_id: jobId, ...metadata(mark) },
  }),
  updateJob: (run, jobId, mark) => ({ method: 'PUT', path: `/runs/${run}/jobs/${jobId}/`, body: metadata(mark) }),
  readJob: (run, jobId) => ({ method: 'GET', path: `/runs/${run}/jobs/${jobId}/` }),
  markOf: (json) => markOf(json as Job),
  // By default the list has only the latest 25 runs.
  readRuns: () => ({ method: 'GET', path: '/runs/?count=10000' }),
  countsOf: (json, run) => {
    const entry = (json as Run[]).find(({ name }) => name === run);
    if (!entry) throw new Error(`run ${run} is not in the list`);
    const { pass, fail, running, total } = entry.results;
    if (pass + fail + running !== total) throw new Error(`run ${run} has jobs of other statuses`);
    return { pass, fail, running };
  },
  readJobs: (run) => ({ method: 'GET', path: `/runs/${run}/jobs/` }),
  marksOf: (json) => new Map((json as Job[]).map((job) => [job.job_id, markOf(job)])),
};

/** A small value, one with its own column, a large one, a host and the outcome, because they are stored in different places. */
function metadata({ text, success }: Mark) {
  const outcome = success === null ? { status: 'running' } : { success };
  const targets = { [`ubuntu@host-${text.length % 4}`]: text };
  return { description: text, branch: text, tasks: [{ mark: text }], targets, ...outcome };
}

function markOf({ job_id, status, description, branch, tasks, success }: Job): Mark {
  const [{ mark }] = tasks;
  if (mark !== description || branch !== description) {
    throw new Error(`job ${job_id} mixes several writes: ${description}, ${branch}, ${mark}`);
  }
  const expected = success === null ? 'running' : success ? 'pass' : 'fail';
  if (status !== expected) throw new Error(`job ${job_id} is ${status} and its success ${success}`);
  return { text: description, success };
}
