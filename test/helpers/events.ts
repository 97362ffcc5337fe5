/** The stream of a server's events, as a dashboard hears it. */
import { get, type IncomingMessage } from 'node:http';
import { expect, onTestFinished } from 'vitest';

/** What was heard so far: names of events. */
export interface Heard {
  events: string[];
  /** Waits for the next event of this name after the call. */
  next(name: string): Promise<void>;
}

/** Opens the stream of `topics`, with commas between, until the test ends; answers after the hello. */
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
