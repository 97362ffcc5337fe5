/** Every request that is measured: how it is asked and what it may take. */
import type { SampleRun, Samples } from './samples.ts';

/** What a request may take at a million jobs, in milliseconds of the median of one client; null: it is only measured. */
export const budgets = {
  list: 20,
  /** Whatever shows all 500 jobs of a run. */
  'run page': 60,
  'node page': 30,
  /** Counts and comparisons of many runs. */
  statistics: null,
  /** As long as the history of the lab: a few requests are enough. */
  whole: null,
} as const;

/** One request; `n` counts the requests of a measurement, so that each asks for something else. */
export interface Asked {
  door: 'classic' | 'teuthology' | 'api';
  /** As it was registered; every registered route has to be here. */
  route: string;
  /** What is asked, for a person. */
  title: string;
  path(samples: Samples, n: number): string;
  body?: string;
  headers?: Record<string, string>;
  kind: keyof typeof budgets;
  /** 200 unless it says otherwise. */
  status?: number;
}

/** What a request asks for beside its path. */
type More = Partial<Pick<Asked, 'body' | 'headers' | 'kind' | 'status'>>;

/** Makes requests of one door. */
export function asked(door: Asked['door']) {
  return (route: string, query: string, path: (value: Values) => string, more: More = {}): Asked => {
    const method = more.body === undefined ? 'GET' : 'POST';
    const title = `${method} ${route}${query === '' ? '' : ` ${query}`}`;
    return { door, route, title, path: (samples, n) => path(valuesOf(samples, n)), kind: 'list', ...more };
  };
}

/** One run and one machine out of the samples, encoded as parts of a path. */
export interface Values extends SampleRun {
  node: string;
  nightly: string;
  cause: string;
  /** Its internal id. */
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
