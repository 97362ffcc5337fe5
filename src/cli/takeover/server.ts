/** A client of servers that speak the teuthology contract. */
import { UnavailableDatabase } from '../../store/db.ts';

/** Sends requests to a server, and counts changes. */
export type Server = ReturnType<typeof serverAt>;

/** Creates a client of the server at an address. Requests throw `UnavailableDatabase` if it does not answer. */
export function serverAt(address: string) {
  const base = new URL(address).origin;
  const counts = { sent: 0, refused: 0 };
  const ask = async (method: string, path: string, body?: string): Promise<{ status: number; json: unknown }> => {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const request = { method, headers, ...(body !== undefined && { body }) };
    try {
      const answer = await fetch(base + path, request);
      return { status: answer.status, json: parse(await answer.text()) };
    } catch (error) {
      const { message } = ((error as Error).cause ?? error) as Error;
      throw new UnavailableDatabase(`${base} does not answer: ${message}`, { cause: error });
    }
  };
  return {
    base,
    counts,
    /** Returns the status of the answer and its body, null if that is not JSON. */
    get: (path: string) => ask('GET', path),
    /** Sends a change. Reports on standard error if it is refused. */
    async send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<void> {
      const { status, json } = await ask(method, path, body);
      // The target of a deletion can be gone already.
      if (status === 200 || (method === 'DELETE' && status === 404)) {
        counts.sent++;
        return;
      }
      counts.refused++;
      const { message = '' } = (json ?? {}) as { message?: string };
      process.stderr.write(`paddles: ${method} ${path} was answered with ${status} ${message}\n`);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
