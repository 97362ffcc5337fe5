/** HTTP load, by autocannon. */
import autocannon from 'autocannon';

/** One request. */
export interface Request {
  method?: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

/** What to send, and for how long or how often. */
export interface Load {
  port: number;
  /** Returns the next request, on whichever connection. */
  next(): Request;
  connections: number;
  seconds?: number;
  requests?: number;
  /** Requests a second of all connections together; absent: as fast as answers come. */
  rate?: number;
  /** The expected status of every answer; 200 when absent. */
  status?: number;
}

/** What the clients saw; times in milliseconds. */
export interface Seen {
  perSecond: number;
  medianMs: number;
  p99Ms: number;
  /** Of the median answer, with its head. */
  bytes: number;
}

/** Sends requests; throws when an answer has another status than `status`, or does not come within a minute. */
export async function load({ port, next, connections, seconds, requests, rate, status = 200 }: Load): Promise<Seen> {
  const times: number[] = [];
  const sizes: number[] = [];
  let problem: string | null = null;
  const began = performance.now();
  let ended = began;
  function onResponse(answered: number, body: string): void {
    if (answered !== status) problem ??= `status ${answered}: ${body.slice(0, 200)}`;
  }
  const options = {
    url: `http://127.0.0.1:${port}`,
    connections,
    timeout: 60,
    sampleInt: 50,
    bailout: 1,
    requests: [{ setupRequest: (request: object) => ({ ...request, ...wholeRequest(next()) }), onResponse }],
    ...(requests === undefined ? { duration: seconds ?? 1 } : { amount: Math.max(requests, connections) }),
    ...(rate === undefined ? {} : { overallRate: rate }),
  };
  const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    running.on('response', (_client, _status, bytes, time) => {
      times.push(time);
      sizes.push(bytes);
      ended = performance.now();
    });
  });
  if (errors > 0) problem ??= 'a request was not answered';
  if (problem !== null || times.length === 0) throw new Error(`${next().path}: ${problem ?? 'no answer at all'}`);
  return {
    perSecond: times.length / ((ended - began) / 1000),
    medianMs: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    bytes: quantile(sizes, 0.5),
  };
}

function wholeRequest({ method = 'GET', path, body = '', headers }: Request) {
  const type = body === '' ? {} : { 'content-type': 'application/json' };
  return { method, path, body, headers: { ...type, ...headers } };
}

/** The value below which the share of all values lies. */
export function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
