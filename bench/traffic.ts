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

/** Answers the next request of one client; the bytes stay valid until the answer has come. */
export type NextRequest = () => Buffer;

/** What the clients do. */
export type Scenario =
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

/** A place in a request that holds the seven digits of a job id. */
interface Patchable {
  bytes: Buffer;
  places: number[];
}

function documents(text: (n: number) => string): string[] {
  return Array.from({ length: documentCount }, (_, n) => text(n));
}

function always(bytes: Buffer): NextRequest {
  return () => bytes;
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
  return () => (++count % 1000 === 0 ? list : cycle[count % cycle.length]!)();
}

function createRunsAndJobs(prefix: string): NextRequest {
  let jobs: NextRequest;
  let count = 0;
  return () => {
    const [run, job] = [Math.floor(count / 501), count++ % 501];
    if (job > 0) return jobs();
    const name = `${prefix}${run}`;
    jobs = posts(`/runs/${name}/jobs/`, firstPostedId);
    return request('POST', '/runs/', JSON.stringify({ name }));
  };
}

function request(method: string, path: string, body = ''): Buffer {
  const entity = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n${entity}\r\n${body}`);
}

function patchable(method: string, path: string, body = ''): Patchable {
  const bytes = request(method, path, body);
  const places = [`/jobs/${firstSeededId}/`, `"job_id":"${firstSeededId}"`].flatMap((text) => {
    const at = bytes.indexOf(text);
    return at === -1 ? [] : [at + text.indexOf(String(firstSeededId))];
  });
  return { bytes, places };
}

function patch({ bytes, places }: Patchable, id: number): Buffer {
  for (const place of places) bytes.write(String(id), place, 'latin1');
  return bytes;
}
