import type { JobDocument } from './documents.ts';
import type { DemoNode, LockHolder } from './lab.ts';
import { type PlannedJob, timeText } from './runs.ts';

/** The result of a request that creates something. */
type Created = 'created' | 'already there';

/** A problem that stops the demo. The message is one sentence for the user. */
export class DemoProblem extends Error {}

/** The few requests that the demo needs, in one of the contracts. */
export interface DemoClient {
  createRun(name: string): Promise<Created>;
  createJob(run: string, job: JobDocument): Promise<Created>;
  updateJob(run: string, jobId: string, change: JobDocument): Promise<void>;
  /** How many jobs a run has. */
  countJobs(run: string): Promise<number>;
  /** Brings a planned job to its current state. Repeating it changes nothing. */
  reportJob(run: string, job: PlannedJob): Promise<Created>;
  /** Requests about the machines of the lab; null if the contract has none. */
  lab: LabClient | null;
  /** Requests answered so far. */
  requests(): number;
}

/** Requests about machines. Locks of other owners are kept. */
interface LabClient {
  createNode(node: DemoNode): Promise<Created>;
  lock(nodes: readonly string[], holder: LockHolder): Promise<void>;
  unlock(nodes: readonly string[], holder: LockHolder): Promise<void>;
}

/** A client for the classic contract of the server at `url`. */
export function classicClient(url: string, signal: AbortSignal): DemoClient {
  const { calls } = connect(url, signal);
  return {
    ...calls,
    async reportJob(run, { job_id, document, summary }) {
      const created = await calls.createJob(run, document);
      // Sent even if the job exists: an interrupted demo may have left it without its result.
      if (Object.keys(summary).length > 0) await calls.updateJob(run, job_id, summary);
      return created;
    },
    lab: null,
  };
}

/** A client for the teuthology contract, which works like the clients of a lab. */
export function teuthologyClient(url: string, signal: AbortSignal): DemoClient {
  const { send, calls } = connect(url, signal);
  const setLock = async (nodes: readonly string[], lock: LockHolder & { locked: boolean }) => {
    for (const name of nodes) await send('PUT', `/nodes/${pathPart(name)}/lock/`, { name, ...lock });
  };
  return {
    ...calls,
    async reportJob(run, { job_id, outcome, document, summary, times, elapsed }) {
      // A job gets its machines when it starts running.
      const { targets, ...asked } = document;
      const machines = targets === undefined ? {} : { targets };
      const created = await calls.createJob(run, { ...asked, status: 'queued' });
      const ended = Object.keys(summary).length > 0;
      if (outcome !== 'queued' && (created === 'created' || !ended)) {
        const started = times?.started ?? new Date(Date.now() - elapsed * 1000);
        const running = { ...machines, status: 'running', updated: timeText(started) };
        await calls.updateJob(run, job_id, outcome === 'waiting' ? { status: 'waiting' } : running);
      }
      if (ended) await calls.updateJob(run, job_id, { ...machines, ...summary });
      return created;
    },
    lab: {
      async createNode(node) {
        const created = await send('POST', '/nodes/', { ...node });
        if (created === 'created') return created;
        // The targets of a job may have created the node with only a name.
        const { name, locked: _, locked_by: __, description: ___, ...facts } = node;
        await send('PUT', `/nodes/${pathPart(name)}/`, facts);
        return created;
      },
      lock: (nodes, holder) => setLock(nodes, { locked: true, ...holder }),
      unlock: (nodes, holder) => setLock(nodes, { locked: false, ...holder }),
    },
  };
}

/** Whether the server at `url` speaks the teuthology contract. Throws `DemoProblem` if no server answers. */
export async function speaksTeuthology(url: string, signal: AbortSignal): Promise<boolean> {
  const base = url.replace(/\/+$/, '');
  const root = await request(`${base}/`, 'GET', null, signal);
  if (root.text.trim() !== '{}') return false;
  const { text } = await request(`${base}/runs/?count=1`, 'GET', null, signal);
  return text.startsWith('[');
}

type Send = (method: string, path: string, body: JobDocument) => Promise<Created>;

/** The requests that are the same in both contracts. */
function connect(url: string, signal: AbortSignal): { send: Send; calls: Omit<DemoClient, 'reportJob' | 'lab'> } {
  const base = url.replace(/\/+$/, '');
  let answered = 0;
  const send: Send = async (method, path, body) => {
    const address = `${base}${path}`;
    const { status, text } = await request(address, method, JSON.stringify(body), signal);
    answered++;
    if (status >= 200 && status < 300) return 'created';
    const message = messageOf(text);
    if (method === 'POST' && status === 400 && message.endsWith('already exists')) return 'already there';
    if (status === 403 && path.endsWith('/lock/')) return 'already there';
    throw new DemoProblem(`${method} ${address} was answered with ${status}: ${message || 'no explanation'}`);
  };
  const jobs = (run: string) => `/runs/${pathPart(run)}/jobs/`;
  return {
    send,
    calls: {
      createRun: (name) => send('POST', '/runs/', { name }),
      createJob: (run, job) => send('POST', jobs(run), job),
      updateJob: async (run, jobId, change) => {
        await send('PUT', `${jobs(run)}${pathPart(jobId)}/`, change);
      },
      async countJobs(run) {
        const { status, text } = await request(`${base}/api/runs/${pathPart(run)}`, 'GET', null, signal);
        return status === 200 ? Number((JSON.parse(text) as { total?: number }).total ?? 0) : 0;
      },
      requests: () => answered,
    },
  };
}

async function request(
  address: string,
  method: string,
  body: string | null,
  signal: AbortSignal,
  again = true,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(address, { method, body, signal, headers: { 'content-type': 'application/json' } });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    const code = codeOf(error);
    // A server may close a connection at the moment it is used again. All requests of the demo can be repeated safely.
    if (again && code === 'ECONNRESET') return request(address, method, body, signal, false);
    const hint = code === 'ECONNREFUSED' ? 'nothing listens there (start it with "npm start")' : code;
    throw new DemoProblem(`cannot reach the server at ${new URL(address).origin}: ${hint}`);
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

/** The `message` of an error response, or the beginning of any other response. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON, so this is another server; its response is still helpful.
  }
  return text.trim().slice(0, 200);
}

// Colons stay readable: they are allowed in a path, and every name of a run contains them.
function pathPart(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}
