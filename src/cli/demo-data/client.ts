import type { JobDocument } from './documents.ts';

/** What became of one request that creates something. */
export type Created = 'created' | 'already there';

/** The demo cannot go on; the message is one sentence for the person who started it. */
export class DemoProblem extends Error {}

/** The few calls that the demo makes; a second contract would be a second function that returns these. */
export interface DemoClient {
  createRun(name: string): Promise<Created>;
  createJob(run: string, job: JobDocument): Promise<Created>;
  updateJob(run: string, jobId: string, change: JobDocument): Promise<void>;
  /** Requests answered so far. */
  requests(): number;
}

/** Speaks the classic contract to the server at `url`. Throws `DemoProblem` when that is no URL. */
export function classicClient(url: string, signal: AbortSignal): DemoClient {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new DemoProblem(`'${url}' is not the URL of a server; an example is http://127.0.0.1:8080`);
  }
  const base = url.replace(/\/+$/, '');
  let answered = 0;
  const send = async (method: string, path: string, body: JobDocument): Promise<Created> => {
    const address = `${base}${path}`;
    const { status, text } = await request(address, method, JSON.stringify(body), signal);
    answered++;
    if (status >= 200 && status < 300) return 'created';
    const message = messageOf(text);
    if (method === 'POST' && status === 400 && message.endsWith('already exists')) return 'already there';
    throw new DemoProblem(`${method} ${address} was answered with ${status}: ${message || 'no explanation'}`);
  };
  const jobs = (run: string) => `/runs/${pathPart(run)}/jobs/`;
  return {
    createRun: (name) => send('POST', '/runs/', { name }),
    createJob: (run, job) => send('POST', jobs(run), job),
    updateJob: async (run, jobId, change) => {
      await send('PUT', `${jobs(run)}${pathPart(jobId)}/`, change);
    },
    requests: () => answered,
  };
}

async function request(address: string, method: string, body: string, signal: AbortSignal) {
  try {
    const response = await fetch(address, { method, body, signal, headers: { 'content-type': 'application/json' } });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new DemoProblem(unreachable(address, error));
  }
}

function unreachable(address: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const hint = code === 'ECONNREFUSED' ? 'nothing listens there (start it with "npm start")' : code;
  return `cannot reach the server at ${new URL(address).origin}: ${hint}`;
}

/** The `message` of an error answer, or the beginning of whatever came instead. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON, so not this server; what it said still helps.
  }
  return text.trim().slice(0, 200);
}

// Colons stay readable: they are allowed in a path, and every run name has them.
function pathPart(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}
