/**
 * A client that behaves like teuthology (teuthology contract §4). Its functions throw if an answer is not what teuthology expects.
 */
import type { Answer, TestServer } from './server.ts';

/** A JSON object. */
export type Shown = Record<string, unknown>;

/** A node as `lock_many` and the lists return it. */
export interface LabNode extends Shown {
  name: string;
  locked: boolean;
  locked_by: string | null;
  description: string | null;
  machine_type: string;
  ssh_pub_key: string | null;
}

/** The requests of clients; R1 to L10 are numbered as in teuthology contract §4.1 and §4.3. */
export interface Lab {
  /** R1: whether the run exists. */
  hasRun(run: string): Promise<boolean>;
  /** R2 and R3: POST, then PUT when the message ends with `already exists`. Returns which one succeeded. */
  report(run: string, job: Shown): Promise<'posted' | 'put'>;
  /** `teuthology-schedule` without a job id, which the server chooses. */
  schedule(run: string, job: Shown): Promise<string>;
  /** R4; `job_id` is added when it is missing. */
  jobs(run: string, fields?: string[]): Promise<Shown[]>;
  /** R5 and R6, without a trailing slash. */
  job(run: string, job_id: string): Promise<Shown>;
  run(run: string): Promise<Shown & { jobs: Shown[] }>;
  /** R7 and R8. */
  deleteJob(run: string, job_id: string): Promise<void>;
  deleteRun(run: string): Promise<void>;
  /** L1; null for an unknown node. */
  node(name: string): Promise<LabNode | null>;
  /** L2; commas in `machine_type` become bars. */
  nodes(query: { machine_type?: string; up?: 0 | 1; locked?: 0 | 1; count?: number }): Promise<LabNode[]>;
  /** L3; null when too few nodes are free (503). */
  lockMany(wanted: Shown): Promise<LabNode[] | null>;
  /** L4; the message as `refused` when the server refuses. */
  lock(name: string, locked_by: string, description: string | null): Promise<Shown | { refused: string }>;
  /** L5; false when the server refuses with 403. */
  unlock(name: string, locked_by: string, description: string | null): Promise<boolean>;
  /** L6 */
  unlockMany(names: string[], locked_by: string): Promise<void>;
  /** L7 */
  update(name: string, fields: Shown): Promise<void>;
  /** L8 and L9: PUT, then POST when the node is unknown. Returns which one succeeded. */
  inventory(node: Shown & { name: string }): Promise<'updated' | 'created'>;
  /** L10: whether the job still needs the node. An unknown job counts as active. */
  isActive(run: string, job_id: string): Promise<boolean>;
  /** Any other page, which must be 200 and JSON. */
  page(path: string): Promise<unknown>;
}

const pythonRequests = {
  'user-agent': 'python-requests/2.32.3',
  'accept-encoding': 'gzip, deflate',
  accept: '*/*',
  connection: 'keep-alive',
};
const json = { ...pythonRequests, 'content-type': 'application/json' };

/**
 * Creates a client of a server that speaks the teuthology contract. Like python-requests, it sends credentials in the URL
 * `results_server` as a header.
 */
export function createLab(server: TestServer, results_server = server.url): Lab {
  const { username, password } = new URL(results_server);
  if (username === '') return { ...reporting(server), ...locking(server) };
  const authorization = `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const request: TestServer['request'] = (method, path, body, headers) =>
    server.request(method, path, body, { authorization, ...headers });
  const client: TestServer = {
    ...server,
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    put: (path, body, headers) => request('PUT', path, body, headers),
  };
  return { ...reporting(client), ...locking(client) };
}

function unexpected(what: string, { status, text }: Answer): Error {
  return new Error(`${what} was answered with ${status} ${text.slice(0, 300)}`);
}

function messageOf({ json: body }: Answer): string {
  return String((body as Shown | undefined)?.message);
}

type Reporting = Pick<
  Lab,
  'hasRun' | 'report' | 'schedule' | 'jobs' | 'job' | 'run' | 'deleteJob' | 'deleteRun' | 'page' | 'isActive'
>;

function reporting(server: TestServer): Reporting {
  const get = async (path: string) => {
    const answer = await server.get(path, pythonRequests);
    if (answer.status !== 200 || answer.json === undefined) throw unexpected(`GET ${path}`, answer);
    return answer.json;
  };
  const remove = async (path: string) => {
    const answer = await server.request('DELETE', path, undefined, pythonRequests);
    if (answer.status !== 200) throw unexpected(`DELETE ${path}`, answer);
  };
  return {
    page: get,
    hasRun: async (run) => (await server.request('HEAD', `/runs/${run}/`, undefined, pythonRequests)).status === 200,
    async report(run, job) {
      const posted = await server.post(`/runs/${run}/jobs/`, job, json);
      if (posted.status === 200) return 'posted';
      if (!messageOf(posted).endsWith('already exists')) throw unexpected(`POST ${run}/${job.job_id}`, posted);
      const put = await server.put(`/runs/${run}/jobs/${job.job_id}/`, job, json);
      if (put.status !== 200) throw unexpected(`PUT ${run}/${job.job_id}`, put);
      return 'put';
    },
    async schedule(run, job) {
      const answer = await server.post(`/runs/${run}/jobs/`, job, json);
      const { job_id } = (answer.json ?? {}) as Shown;
      if (answer.status !== 200 || typeof job_id !== 'string') throw unexpected(`scheduling in ${run}`, answer);
      return job_id;
    },
    async jobs(run, fields) {
      const names = fields && [...new Set([...fields, 'job_id'])];
      return (await get(`/runs/${run}/jobs/${names ? `?fields=${names.join(',')}` : ''}`)) as Shown[];
    },
    job: async (run, job_id) => (await get(`/runs/${run}/jobs/${job_id}`)) as Shown,
    run: async (run) => (await get(`/runs/${run}`)) as Shown & { jobs: Shown[] },
    deleteJob: (run, job_id) => remove(`/runs/${run}/jobs/${job_id}/`),
    deleteRun: (run) => remove(`/runs/${run}/`),
    async isActive(run, job_id) {
      const answer = await server.get(`/runs/${run}/jobs/${job_id}/`, pythonRequests);
      if (answer.status === 404) return true;
      const { status, updated } = (answer.json ?? {}) as { status?: string; updated?: string };
      if (answer.status !== 200 || !status || !updated) throw unexpected(`GET ${run}/${job_id}`, answer);
      return !['pass', 'fail', 'dead'].includes(status);
    },
  };
}

function locking(server: TestServer): Omit<Lab, keyof Reporting> {
  // Locks, unlocks and updates have no Content-Type.
  const put = (path: string, body: Shown) => server.put(path, body, pythonRequests);
  return {
    async node(name) {
      const answer = await server.get(`/nodes/${name}/`, pythonRequests);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw unexpected(`GET ${name}`, answer);
      return answer.json as LabNode;
    },
    async nodes(query) {
      const parameters = Object.entries(query).map(
        ([key, value]) => `${key}=${encodeURIComponent(String(value).replaceAll(',', '|'))}`,
      );
      const answer = await server.get(`/nodes/?${parameters.join('&')}`, pythonRequests);
      if (answer.status !== 200) throw unexpected(`GET /nodes/?${parameters}`, answer);
      return answer.json as LabNode[];
    },
    async lockMany(wanted) {
      const answer = await server.post('/nodes/lock_many/', wanted, json);
      if (answer.status === 503 && /^only \d+ nodes available$/.test(messageOf(answer))) return null;
      if (answer.status !== 200) throw unexpected('lock_many', answer);
      return answer.json as LabNode[];
    },
    async lock(name, locked_by, description) {
      const answer = await put(`/nodes/${name}/lock/`, { name, locked: true, locked_by, description });
      if (answer.status === 403) return { refused: messageOf(answer) };
      if (answer.status !== 200) throw unexpected(`locking ${name}`, answer);
      return answer.json as Shown;
    },
    async unlock(name, locked_by, description) {
      const answer = await put(`/nodes/${name}/lock/`, { name, locked: false, locked_by, description });
      if (answer.status !== 200 && answer.status !== 403) throw unexpected(`unlocking ${name}`, answer);
      return answer.status === 200;
    },
    async unlockMany(names, locked_by) {
      const answer = await server.post('/nodes/unlock_many/', { locked_by, names }, json);
      if (answer.status !== 200) throw unexpected('unlock_many', answer);
    },
    async update(name, fields) {
      const answer = await put(`/nodes/${name}/`, fields);
      if (answer.status !== 200) throw unexpected(`updating ${name}`, answer);
    },
    async inventory(node) {
      const answer = await server.put(`/nodes/${node.name}/`, node, json);
      if (answer.status === 200) return 'updated';
      if (answer.status !== 404) throw unexpected(`inventory of ${node.name}`, answer);
      const created = await server.post('/nodes/', node, json);
      if (created.status !== 200) throw unexpected(`creating ${node.name}`, created);
      return 'created';
    },
  };
}
