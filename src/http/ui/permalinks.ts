/** Old addresses of pulpito and pulpito-ng, so that no link in a tracker comment breaks (docs/dashboard.md, "Old links"). */
import { pathSegment } from '../href.ts';

/** First segments that are no name of a run: what the contracts, `/api` and the dashboard answer themselves. */
const taken = new Set(['api', 'ui', 'runs', 'nodes', 'jobs', 'queue', 'errors', 'healthz', 'readyz', 'favicon.ico']);

/** pulpito's parameters of its list of runs, and the keys of the filter language. */
const listKeys: Record<string, string> = {
  branch: 'branch',
  suite: 'suite',
  status: 'status',
  machine_type: 'machine',
  sha1: 'sha1',
  user: 'user',
};

/**
 * Where a browser that asks for an old address is sent, relative to the dashboard's base; null for what is no old address.
 * With `claim`, addresses that pulpito-ng shares with the teuthology contract (`/runs/NAME` and others) count too.
 */
export function newAddress(url: string, claim: boolean): string | null {
  const [path = '/', search = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(search);
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  if (segments.includes(null)) return null;
  const names = segments as string[];
  if (names.length === 0) return runs(filterOf(parameters));
  return fromPulpito(names, parameters) ?? (claim && parameters.get('format') !== 'json' ? fromPulpitoNg(names) : null);
}

function fromPulpito(names: string[], parameters: URLSearchParams): string | null {
  const [first = '', second, third, fourth] = names;
  if (first === 'date' && second !== undefined) {
    const end = third === 'to' ? fourth : second;
    return runs([`scheduled:${value(second)}..${value(end ?? second)}`, ...filterOf(parameters)]);
  }
  if (first === 'compare' && names.length === 1) {
    const query = new URLSearchParams({ rows: 'description' });
    for (const key of ['branch', 'suite']) if (parameters.has(key)) query.set(key, parameters.get(key) ?? '');
    if (parameters.has('count')) query.set('n', parameters.get('count') ?? '');
    return `/history?${query}`;
  }
  if (first === 'stats' && second === 'nodes') {
    if (third === 'jobs') return '/nodes?view=results';
    if (third === 'lock' || third === 'locks') return '/nodes?view=owners';
  }
  // A run's name has a dash and a time in it; anything else that is not known stays "not found".
  if (taken.has(first) || names.length > 2 || !/-\d{4}-\d\d-\d\d_/.test(first)) return null;
  const run = `/runs/${pathSegment(first)}`;
  if (second === undefined) return run;
  return second === 'detail' ? `${run}?view=jobs` : `${run}/jobs/${pathSegment(second)}`;
}

function fromPulpitoNg(names: string[]): string | null {
  const [first, second, third, fourth] = names;
  if (first === 'queue' && names.length === 1) return '/queue';
  if (first === 'nodes' && names.length <= 2) return second === undefined ? '/nodes' : `/nodes/${pathSegment(second)}`;
  if (first !== 'runs') return null;
  if (second === undefined) return '/runs';
  const run = `/runs/${pathSegment(second)}`;
  if (third === undefined) return run;
  return third === 'jobs' && fourth !== undefined && names.length === 4 ? `${run}/jobs/${pathSegment(fourth)}` : null;
}

function filterOf(parameters: URLSearchParams): string[] {
  const terms = Object.entries(listKeys).flatMap(([old, key]) => {
    const wanted = parameters.get(old);
    return wanted ? [`${key}:${value(wanted)}`] : [];
  });
  const [date, end] = [parameters.get('date'), parameters.get('to_date')];
  return date ? [...terms, `scheduled:${value(date)}..${value(end ?? date)}`] : terms;
}

function runs(terms: string[]): string {
  return terms.length === 0 ? '/runs' : `/runs?${new URLSearchParams({ q: terms.join(' ') })}`;
}

/** A value of the filter language: quoted where it could be read as something else. */
function value(text: string): string {
  return /^[\w.@/-]+$/.test(text) ? text : `"${text.replaceAll('"', '')}"`;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
