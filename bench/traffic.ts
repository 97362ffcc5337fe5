/** The requests of each scenario, as ready bytes into which only the ids of jobs are patched. */
import {
  clients,
  documentCount,
  documentText,
  firstPostedId,
  firstSeededId,
  passedDocumentText,
  runName,
} from './data.ts';
import { always, type NextRequest, patch, patchable, request } from './requests.ts';
import { isTeuthologyScenario, type TeuthologyScenario, teuthologyTraffic } from './traffic-teuthology.ts';

/** What the clients do. */
export type Scenario = ClassicScenario | TeuthologyScenario;

type ClassicScenario =
  | 'post'
  | 'put-status'
  | 'put-whole'
  | 'put-changed'
  | 'runs'
  | 'jobs'
  | 'ready'
  | 'mixed'
  | 'mixed-and-list';

/** Jobs of each client's run before the benchmark begins. */
export const seededJobs = 250;

/** The number of the run that holds the long list of `mixed-and-list`. */
export const longRun = clients;

/** The requests of client `n` of a scenario. */
export function traffic(scenario: Scenario, n: number): NextRequest {
  if (isTeuthologyScenario(scenario)) return teuthologyTraffic(scenario, n);
  const jobs = `/runs/${runName(n)}/jobs/`;
  switch (scenario) {
    case 'post':
      return posts(jobs, firstPostedId);
    case 'put-status':
      return puts(jobs, ['{"success":true}'], 0);
    case 'put-whole':
      return puts(jobs, documents(passedDocumentText), 0);
    case 'put-changed':
      return puts(jobs, documents(documentText), 1);
    case 'runs':
      return always(request('GET', '/runs/'));
    case 'jobs':
      return always(request('GET', `/runs/${runName(0)}/jobs/`));
    case 'ready':
      return always(request('GET', '/ready/'));
    case 'mixed':
      return mixed(n, 'a');
    case 'mixed-and-list':
      return n === 0 ? always(request('GET', `/runs/${runName(longRun)}/jobs/`)) : mixed(n, 'b');
  }
}

function documents(text: (n: number) => string): string[] {
  return Array.from({ length: documentCount }, (_, n) => text(n));
}

function posts(path: string, firstId: number): NextRequest {
  const requests = documents(documentText).map((body) => patchable('POST', path, body));
  let count = 0;
  return () => patch(requests[count % documentCount]!, firstId + count++);
}

/** Goes round the seeded jobs; every round sends each job the document `step` further on. */
function puts(jobs: string, bodies: string[], step: number): NextRequest {
  const requests = bodies.map((body) => patchable('PUT', `${jobs}${firstSeededId}/`, body));
  let count = 0;
  return () => {
    const job = count % seededJobs;
    const round = Math.floor(count++ / seededJobs) + 1;
    const body = ((job % documentCount) + round * step) % requests.length;
    return patch(requests[body]!, firstSeededId + job);
  };
}

/** About what a lab does, one new run for every 500 jobs, and now and then somebody who reads a whole run. */
function mixed(n: number, newRuns: string): NextRequest {
  const seeded = runName(n);
  const jobs = `/runs/${seeded}/jobs/`;
  const status = puts(jobs, ['{"success":true}'], 0);
  const whole = puts(jobs, documents(passedDocumentText), 0);
  const changed = puts(jobs, documents(documentText), 1);
  const oneJob = patchable('GET', `${jobs}${firstSeededId}/`);
  const runs = always(request('GET', '/runs/'));
  const run = always(request('GET', `/runs/${seeded}/`));
  const list = always(request('GET', jobs));
  let read = 0;
  const job = () => patch(oneJob, firstSeededId + (read++ % seededJobs));
  const create = createRunsAndJobs(`${seeded}-${newRuns}`);
  const cycle = [status, job, create, status, runs, status, whole, job, run, status].concat([
    status,
    job,
    status,
    runs,
    create,
    status,
    changed,
    job,
    whole,
    status,
  ]);
  let count = 0;
  return () => (++count % 1000 === 0 ? list : cycle[count % cycle.length]!)(null);
}

function createRunsAndJobs(prefix: string): NextRequest {
  let jobs: NextRequest;
  let count = 0;
  return () => {
    const [run, job] = [Math.floor(count / 501), count++ % 501];
    if (job > 0) return jobs(null);
    const name = `${prefix}${run}`;
    jobs = posts(`/runs/${name}/jobs/`, firstPostedId);
    return request('POST', '/runs/', JSON.stringify({ name }));
  };
}
