/** Prints runs, and parses filters of runs in paths (teuthology contract §2.2 to §2.5, §2.9). */

import { longestRunName, nameProblem } from '../../core/input.ts';
import { pathPart } from '../../core/paths.ts';
import { jobsTotal, type RunCondition, type RunFacet, runFacets } from '../../core/run.ts';
import { formatTimestamp, readDay } from '../../core/time.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { orThrow, refuse } from '../errors.ts';

type Print = (run: RunRow, base: string) => string;

const text = JSON.stringify as (value: string | null) => string;

/** Prints a time without JSON.stringify: it needs no escapes, and lists print many. */
function time(micros: number | null): string {
  return micros === null ? 'null' : `"${formatTimestamp(micros)}"`;
}

/** Prints the first job's value, or the literal text "none" for a run without jobs (teuthology contract §2.2). */
function fromFirstJob(run: RunRow, value: string | null): string {
  return run.first_job === null ? '"none"' : text(value);
}

function results(run: RunRow): string {
  const { queued, pass, running, waiting, fail, dead, unknown } = run;
  return (
    `{"queued":${queued},"pass":${pass},"running":${running},"waiting":${waiting},"fail":${fail},"dead":${dead},` +
    `"unknown":${unknown},"total":${jobsTotal(run)},"sha1":${fromFirstJob(run, run.sha1)},` +
    `"flavor":${fromFirstJob(run, run.flavor)}}`
  );
}

/** The keys of a run in the order of teuthology contract §2.2; `tags` is new. */
const printers: Record<string, Print> = {
  name: (run) => text(run.name),
  href: (run, base) => text(`${base}/runs/${pathPart(run.name)}/`),
  user: (run) => text(run.user),
  status: (run) => `"${run.status}"`,
  results,
  jobs_count: (run) => String(jobsTotal(run)),
  posted: (run) => time(run.posted),
  scheduled: (run) => time(run.scheduled),
  started: (run) => time(run.started),
  updated: (run) => time(run.updated),
  branch: (run) => text(run.branch),
  suite: (run) => text(run.suite),
  machine_type: (run) => text(run.machine_type),
  sha1: (run) => fromFirstJob(run, run.sha1),
  priority: (run) => String(run.priority),
  flavor: (run) => fromFirstJob(run, run.flavor),
  tags: (run) => run.tags,
};

const allKeys = Object.entries(printers);

/** Prints a run without its jobs. */
export function printRun(run: RunRow, base: string): string {
  let json = '';
  for (const [key, print] of allKeys) json += `${json === '' ? '{' : ','}"${key}":${print(run, base)}`;
  return `${json}}`;
}

/** Returns a function that prints the requested keys of a run in the requested order. Refuses unknown keys. */
export function runFieldsPrinter(fields: string): Print {
  const chosen: [string, Print][] = [];
  for (const field of splitFields(fields)) {
    const print = field === 'id' ? (run: RunRow) => String(run.id) : ownPrinter(field);
    if (!print) refuse('fields', 'an invalid field was specified');
    chosen.push([field, print]);
  }
  return (run, base) => `{${chosen.map(([key, print]) => `"${key}":${print(run, base)}`).join(',')}}`;
}

function ownPrinter(field: string): Print | undefined {
  return Object.hasOwn(printers, field) ? printers[field] : undefined;
}

/** The names in a `fields` parameter, without commas at the ends, internal names and repetitions. */
export function splitFields(fields: string): string[] {
  const names = fields.split(',');
  const [first, last] = [names.findIndex((name) => name !== ''), names.findLastIndex((name) => name !== '')];
  const given = first === -1 ? [''] : names.slice(first, last + 1);
  return [...new Set(given.filter((name) => !name.startsWith('_')))];
}

/** Parses the `name` of POST /runs/ or refuses it in the words of teuthology contract §2.4. */
export function parseRunName(body: JsonBody): string {
  const name = bodyValue(body, 'name');
  if (name === undefined || name === null || name === '') refuse('name', "could not find required key: 'name'");
  if (typeof name !== 'string') refuse('name', "invalid value for key 'name': must be a string");
  return checkRunName(name);
}

/**
 * Segments after /runs/ that have another meaning. A run with such a name could not be reached (teuthology contract §1.1).
 */
const reserved: readonly string[] = [...runFacets, 'flavors', 'queued'];

/** Checks the name of a run. Refuses names that no URL could contain. */
export function checkRunName(name: string): string {
  const problem = reserved.includes(name) ? `must not be '${name}'` : nameProblem(name, longestRunName);
  return problem === null ? name : refuse('name', `invalid value for key 'name': ${problem}`);
}

/** Parses the `tags` of a body: a list of at most 100 texts of at most 256 characters; `[]` if absent. */
export function parseTags(body: JsonBody): string[] {
  const tags = body.texts.has('tags') ? bodyValue(body, 'tags') : [];
  const isTag = (tag: unknown) => typeof tag === 'string' && tag.length <= 256;
  if (Array.isArray(tags) && tags.length <= 100 && tags.every(isTag)) {
    return tags.map((tag: string) => tag.toWellFormed());
  }
  return refuse('tags', "invalid value for key 'tags': must be a list of at most 100 texts of at most 256 characters");
}

/** The meaning of a path like `/runs/branch/main/suite/rados`: values of a facet, runs, runs of a range of days, or an empty list. */
export interface RunQuery {
  conditions: RunCondition[];
  form: { index: RunFacet } | 'runs' | 'range' | 'empty';
}

/** More than the number of facets, and far below the limit of a SQLite statement. */
const mostConditions = 20;

/**
 * Parses the segments after `/runs/`. `flavors` and `flavor` are synonyms (teuthology contract §7.25).
 * Refuses a bad day and a chain of more than 20 filters. Returns null for anything that is not a chain of facets.
 */
export function parseFilterPath(segments: string[], now: number): RunQuery | null {
  const conditions: RunCondition[] = [];
  let previous: RunFacet | undefined;
  for (let at = 0; at < segments.length; at += 2) {
    const facet = facetOf(segments[at]);
    if (facet === undefined || facet === previous) return null;
    previous = facet;
    if (conditions.length === mostConditions) refuse('path', `a path can have at most ${mostConditions} filters`);
    const value = segments[at + 1];
    if (value === undefined) return { conditions, form: { index: facet } };
    if (facet === 'date' && value === 'from') return parseDateRange(segments.slice(at + 2), conditions, now);
    if (facet === 'date') {
      conditions.push({ facet, range: orThrow(readDay(value, now, 'date')) });
    } else conditions.push({ facet, value });
  }
  return { conditions, form: 'runs' };
}

function facetOf(segment: string | undefined): RunFacet | undefined {
  const name = segment === 'flavors' ? 'flavor' : segment;
  return runFacets.find((facet) => facet === name);
}

/** Parses `from/<day>/to/<day>` at the end of a path. `from/<day>` alone returns an empty list, as in the old server. */
function parseDateRange(segments: string[], conditions: RunCondition[], now: number): RunQuery | null {
  const [first, to, last, ...more] = segments;
  if (more.length > 0 || (to !== undefined && to !== 'to')) return null;
  const from = orThrow(readDay(first ?? '', now, 'date'));
  if (to === undefined) return { conditions, form: 'empty' };
  if (last === undefined) refuse('date', 'date format must match %Y-%m-%d');
  const until = orThrow(readDay(last, now, 'date'));
  return { conditions: [...conditions, { facet: 'date', range: { from: from.from, to: until.to } }], form: 'range' };
}
