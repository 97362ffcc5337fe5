/** The old server as a client of its API sees it. */
import { UnavailableDatabase } from '../../store/db.ts';

/** An answer: its status, and its body when that is JSON. */
export interface OldAnswer {
  status: number;
  json: unknown;
}

/** Sends requests to an old server, and counts them. */
export interface OldServer {
  get(path: string): Promise<OldAnswer>;
  /** Sends a change; one that is refused is told on standard error and counted. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<void>;
  sent: number;
  refused: number;
}

/** The old server at an address. */
export function oldServer(address: string): OldServer {
  const base = new URL(address).origin;
  const ask = async (method: string, path: string, body?: string): Promise<OldAnswer> => {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const request = { method, headers, ...(body !== undefined && { body }) };
    const answer = await fetch(base + path, request).catch(noAnswer(base));
    const text = await answer.text();
    return { status: answer.status, json: parse(text) };
  };
  return {
    sent: 0,
    refused: 0,
    get: (path) => ask('GET', path),
    async send(method, path, body) {
      const { status, json } = await ask(method, path, body);
      // What is to be deleted may be gone already.
      if (status === 200 || (method === 'DELETE' && status === 404)) {
        this.sent++;
        return;
      }
      this.refused++;
      const { message = '' } = (json ?? {}) as { message?: string };
      process.stderr.write(`paddles: ${method} ${path} was answered with ${status} ${message}\n`);
    },
  };
}

/** What becomes of a request that `fetch` gave up: a sentence for the person who named the server. */
export function noAnswer(server: string): (error: Error) => never {
  return (error) => {
    const { message } = (error.cause ?? error) as Error;
    throw new UnavailableDatabase(`${server} does not answer: ${message}`, { cause: error });
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
