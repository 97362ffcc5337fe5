/** The types of the measured requests, and their time budgets. */
import type { SampleRun, Samples } from './samples.ts';

/** The budget for the median time of a request with one client and a million jobs, in milliseconds; null means measured only. */
export const budgets = {
  list: 20,
  /** Requests that show all 500 jobs of a run. */
  'run page': 60,
  'node page': 30,
  /** Counts and comparisons of many runs. */
  statistics: null,
  /** Answers as long as the history of the lab; a few requests are enough. */
  whole: null,
} as const;

/** One request. `n` counts the requests of a measurement, so that each of them asks for different data. */
export interface Asked {
  door: 'classic' | 'teuthology' | 'api';
  /** The registered route. Every registered route must be in the catalogue. */
  route: string;
  /** A description for people. */
  title: string;
  path(samples: Samples, n: number): string;
  body?: string;
  headers?: Record<string, string>;
  kind: keyof typeof budgets;
  /** The expected status; 200 by default. */
  status?: number;
}

/** The optional parts of a request. */
type More = Partial<Pick<Asked, 'body' | 'headers' | 'kind' | 'status'>>;

/** Returns a function that creates requests to one port. */
export function asked(door: Asked['door']) {
  return (route: string, query: string, path: (value: Values) => string, more: More = {}): Asked => {
    const method = more.body === undefined ? 'GET' : 'POST';
    const title = `${method} ${route}${query === '' ? '' : ` ${query}`}`;
    return { door, route, title, path: (samples, n) => path(valuesOf(samples, n)), kind: 'list', ...more };
  };
}

/** One run and one machine from the samples, encoded as path segments. */
export interface Values extends SampleRun {
  node: string;
  nightly: string;
  cause: string;
  /** The internal id of the run. */
  run: number;
  next: string;
  n: number;
  daysAgo: Samples['daysAgo'];
  raw: SampleRun;
}

function valuesOf({ runs, nodes, nightly, ids, cause, next, daysAgo }: Samples, n: number): Values {
  const raw = runs[(n * 17) % runs.length] as SampleRun;
  const encoded = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, typeof value === 'string' ? encodeURIComponent(value) : value]),
  ) as unknown as SampleRun;
  const node = nodes[(n * 17) % nodes.length] as string;
  return {
    ...encoded,
    raw,
    n,
    node,
    cause,
    run: ids[n % ids.length] as number,
    next,
    nightly: encodeURIComponent(nightly),
    daysAgo,
  };
}
