/** Redirects old addresses of pulpito and pulpito-ng, so that links in tracker comments still work (docs/dashboard.md, "Old links"). */

import { parseMoment } from '../../core/moment.ts';
import { pagePath, readPath } from '../../core/paths.ts';
import type { QueryKey } from '../../core/query.ts';
import { literalTerm, printTerm } from '../../core/query-print.ts';
import type { Value } from '../../core/query-value.ts';

/** First segments that do not name a run, because the contracts, `/api` and the dashboard use them. */
const taken = new Set(['api', 'ui', 'runs', 'nodes', 'jobs', 'queue', 'errors', 'healthz', 'readyz', 'favicon.ico']);

/** Parameters of pulpito's list of runs, and the corresponding keys of the filter language. */
const listKeys: Record<string, QueryKey> = {
  branch: 'branch',
  suite: 'suite',
  status: 'status',
  machine_type: 'machine',
  sha1: 'sha1',
  user: 'user',
};

/**
 * The new address of an old one, relative to the dashboard's base; null if the URL is not an old address. With `claim`, addresses that
 * pulpito-ng shares with the teuthology contract (`/runs/NAME` and others) count as old ones too.
 */
export function newAddress(url: string, claim: boolean): string | null {
  const [path = '/', search = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(search);
  const names = readPath(path);
  if (names.length === 0) return runs(filterOf(parameters));
  return fromPulpito(names, parameters) ?? (claim && parameters.get('format') !== 'json' ? fromPulpitoNg(names) : null);
}

function fromPulpito(names: string[], parameters: URLSearchParams): string | null {
  const [first = '', second, third, fourth] = names;
  const given = (key: string) => parameters.get(key) ?? undefined;
  if (first === 'date' && second !== undefined) {
    const end = third === 'to' ? fourth : second;
    return runs([scheduledTerm(second, end ?? second), ...filterOf(parameters)]);
  }
  if (first === 'compare' && names.length === 1) {
    return pagePath.history({
      branch: given('branch'),
      suite: given('suite'),
      n: given('count'),
      since: given('since'),
    });
  }
  if (first === 'stats' && second === 'nodes') {
    const machine_type = given('machine_type');
    if (third === 'jobs') return pagePath.nodes({ view: 'results', machine_type, since_days: given('since_days') });
    if (third === 'lock' || third === 'locks') return pagePath.nodes({ view: 'owners', machine_type });
  }
  // The name of a run contains a dash and a time. Any other unknown address remains "not found".
  if (taken.has(first) || names.length > 2 || !/-\d{4}-\d\d-\d\d_/.test(first)) return null;
  if (second === undefined) return pagePath.run(first);
  return second === 'detail' ? pagePath.run(first, { view: 'jobs' }) : pagePath.job(first, second);
}

function fromPulpitoNg([first, second, third, fourth, ...rest]: string[]): string | null {
  if (first === 'queue' && second === undefined) return pagePath.queue();
  if (first === 'nodes' && third === undefined) return second === undefined ? pagePath.nodes() : pagePath.node(second);
  if (first !== 'runs') return null;
  if (second === undefined) return pagePath.runs();
  if (third === undefined) return pagePath.run(second);
  return third === 'jobs' && fourth !== undefined && rest.length === 0 ? pagePath.job(second, fourth) : null;
}

function filterOf(parameters: URLSearchParams): string[] {
  const terms = Object.entries(listKeys).flatMap(([old, key]) => {
    const wanted = parameters.get(old);
    return wanted ? [literalTerm(key, wanted)] : [];
  });
  const [date, end] = [parameters.get('date'), parameters.get('to_date')];
  return date ? [...terms, scheduledTerm(date, end ?? date)] : terms;
}

/** A range of days. If one is not a day, the term keeps both as given, so that the filter box explains the error. */
function scheduledTerm(from: string, to: string): string {
  const areDays = [from, to].every((day) => parseMoment(day, { now: 0, zone: 'UTC' }) !== null);
  const value: Value = areDays ? { type: 'range', from, to } : { type: 'literal', text: `${from}..${to}` };
  return printTerm({ key: 'scheduled', negated: false, values: [value] });
}

function runs(terms: string[]): string {
  return pagePath.runs({ q: terms.join(' ') });
}
