import type { Contract, Counts, Mark } from './contract.ts';

type Job = { job_id: string; description: string; tasks: [{ mark: string }]; success: boolean | null };

/** The classic contract's requests. */
export const classic: Contract = {
  name: 'classic',
  settings: [],
  outcomes: [true, false, null],
  createsMissingRuns: false,
  createRun: (run) => ({ method: 'POST', path: '/runs/', body: { name: run } }),
  createJob: (run, jobId, mark) => ({
    method: 'POST',
    path: `/runs/${run}/jobs/`,
    body: { job_id: jobId, ...metadata(mark) },
  }),
  updateJob: (run, jobId, mark) => ({ method: 'PUT', path: `/runs/${run}/jobs/${jobId}/`, body: metadata(mark) }),
  readJob: (run, jobId) => ({ method: 'GET', path: `/runs/${run}/jobs/${jobId}/` }),
  markOf: (json) => markOf(json as Job),
  readRuns: () => ({ method: 'GET', path: '/runs/' }),
  countsOf: (json, run) => {
    const entry = (json as Record<string, { results: Counts }>)[run];
    if (!entry) throw new Error(`run ${run} is not in the list`);
    return entry.results;
  },
  readJobs: (run) => ({ method: 'GET', path: `/runs/${run}/jobs/` }),
  marksOf: (json) => new Map((json as Job[]).map((job) => [job.job_id, markOf(job)])),
};

/** A small value, a large one and the outcome, because they are stored in different places. */
function metadata({ text, success }: Mark) {
  return { description: text, tasks: [{ mark: text }], success };
}

function markOf({ job_id, description, tasks, success }: Job): Mark {
  if (tasks[0].mark !== description)
    throw new Error(`job ${job_id} mixes two writes: ${description}, ${tasks[0].mark}`);
  return { text: description, success };
}
