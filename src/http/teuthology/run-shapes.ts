/** Runs between the wire (teuthology contract §2.2 to §2.5) and the store. */

import { longestRunName, nameProblem } from '../../core/input.ts';
import { pathPart } from '../../core/paths.ts';
import { jobsTotal, runFacets } from '../../core/run.ts';
import { formatTimestamp } from '../../core/time.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../refusal.ts';

type Print = (run: RunRow, base: string) => string;

const text = JSON.stringify as (value: string | null) => string;

/** Times need no escapes; this is called seven times for each run of a list. */
function time(micros: number | null): string {
  return micros === null ? 'null' : `"${formatTimestamp(micros)}"`;
}

/** The first job's value; the literal text "none" in a run without jobs (teuthology contract §2.2). */
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

/** The JSON text of a run, without its jobs. */
export function printRun(run: RunRow, base: string): string {
  let json = '';
  for (const [key, print] of allKeys) json += `${json === '' ? '{' : ','}"${key}":${print(run, base)}`;
  return `${json}}`;
}

/** A function that prints the requested keys of a run, in the requested order; refuses an unknown key. */
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

/** The names in a `fields` parameter: commas at the ends are dropped, internal names skipped, repetitions printed once. */
export function splitFields(fields: string): string[] {
  const names = fields.split(',');
  const [first, last] = [names.findIndex((name) => name !== ''), names.findLastIndex((name) => name !== '')];
  const given = first === -1 ? [''] : names.slice(first, last + 1);
  return [...new Set(given.filter((name) => !name.startsWith('_')))];
}

/** `{name}` of POST /runs/, or refuses it in the words of teuthology contract §2.4. */
export function parseRunName(body: JsonBody): string {
  const name = bodyValue(body, 'name');
  if (name === undefined || name === null || name === '') refuse('name', "could not find required key: 'name'");
  if (typeof name !== 'string') refuse('name', "invalid value for key 'name': must be a string");
  return checkRunName(name);
}

/**
 * First segments under /runs/ that mean something else: a run with such a name could not be reached (teuthology
 * contract §1.1).
 */
const reserved: readonly string[] = [...runFacets, 'flavors', 'queued'];

/** The name of a run; refuses one that no URL could name. */
export function checkRunName(name: string): string {
  const problem = reserved.includes(name) ? `must not be '${name}'` : nameProblem(name, longestRunName);
  return problem === null ? name : refuse('name', `invalid value for key 'name': ${problem}`);
}

/** `tags` of a body: a list of at most 100 texts of at most 256 characters; `[]` when absent. */
export function parseTags(body: JsonBody): string[] {
  const tags = body.texts.has('tags') ? bodyValue(body, 'tags') : [];
  const isTag = (tag: unknown) => typeof tag === 'string' && tag.length <= 256;
  if (Array.isArray(tags) && tags.length <= 100 && tags.every(isTag)) {
    return tags.map((tag: string) => tag.toWellFormed());
  }
  return refuse('tags', "invalid value for key 'tags': must be a list of at most 100 texts of at most 256 characters");
}
