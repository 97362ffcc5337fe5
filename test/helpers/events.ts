/** A client of a server's event stream. */
import { get, type IncomingMessage } from 'node:http';
import { expect, onTestFinished } from 'vitest';

/** The events received so far. */
export interface Heard {
  events: string[];
  /** Waits for the next event of this name. */
  next(name: string): Promise<void>;
}

/** Opens the stream of comma-separated `topics` until the test ends. Resolves after the `hello` event. */
export async function listen({ url }: { url: string }, topics: string): Promise<Heard> {
  const events: string[] = [];
  const next = async (name: string) => {
    const before = events.filter((one) => one === name).length;
    await expect.poll(() => events.filter((one) => one === name).length).toBeGreaterThan(before);
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = get(`${url}/api/events?topics=${encodeURIComponent(topics)}`, resolve).on('error', reject);
  onTestFinished(() => void request.destroy());
  const response = await promise;
  expect(response.statusCode).toBe(200);
  let rest = '';
  response.on('error', () => {});
  response.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.flatMap((line) => (line.startsWith('event: ') ? [line.slice('event: '.length)] : [])));
  });
  await expect.poll(() => events).toContain('hello');
  return { events, next };
}
