/** Translates between the JSON of the classic contract and the core. */

import { longestJobId, longestRunName, nameProblem } from '../../core/input.ts';
import {
  documentFields,
  isDocumentField,
  isSmallField,
  type JobChange,
  type JobStatus,
  jobSuccess,
  longestShortValue,
  noChange,
  type SmallField,
  smallFields,
} from '../../core/job.ts';
import { pathPart } from '../../core/paths.ts';
import type { CaseCounts } from '../../core/test-cases.ts';
import { type WholeJob, withDescription } from '../../store/read/jobs.ts';
import type { RunSummary } from '../../store/read/runs.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../errors.ts';

/** Parses the `name` of POST /runs/ or refuses it. */
export function parseRunName(body: JsonBody): string {
  const name = bodyValue(body, 'name');
  if (name === undefined || name === null || name === '') refuse('name', missing('name'));
  if (typeof name !== 'string') refuse('name', "invalid value for key 'name': must be a string");
  const problem = nameProblem(name, longestRunName);
  return problem === null ? name : refuse('name', `invalid value for key 'name': ${problem}`);
}

/** Parses the `job_id` of a new job: a string, or a whole number, which becomes a string. Refuses anything else. */
export function parseJobId(body: JsonBody): string {
  const key = body.texts.has('job_id') ? 'job_id' : 'job-id';
  const value = bodyValue(body, key);
  if (value === undefined || value === null || value === '') refuse('job_id', missing('job_id'));
  // The raw text, because a number above 2^53 would lose digits.
  const id = typeof value === 'number' ? (body.texts.get(key) ?? '') : value;
  if (typeof id !== 'string' || (typeof value === 'number' && !/^-?\d+$/.test(id))) {
    refuse('job_id', "invalid value for key 'job_id': must be a string or a whole number");
  }
  const problem = nameProblem(id, longestJobId);
  return problem === null ? id : refuse('job_id', `invalid value for key 'job_id': ${problem}`);
}

function missing(key: string): string {
  return `could not find required key: '${key}'`;
}

/**
 * Parses the documented keys of a job's metadata. Dashes, and the dot of `mon.a_kernel_sha1`, count as underscores. Ignores unknown
 * keys and `job_id`. Refuses the first key whose value has an invalid type.
 */
export function parseJobChange(body: JsonBody): JobChange {
  const change = noChange();
  for (const [sent, text] of body.texts) {
    const key = sent.replaceAll('-', '_').replace(/^mon\.(?=[ab]_kernel_sha1$)/, 'mon_');
    if (isDocumentField(key)) change.document.set(key, text);
    else if (isSmallField(key) || key === 'success') {
      if (text.length > longestShortValue) {
        refuse(sent, `invalid value for key '${sent}': must be at most ${longestShortValue} characters long`);
      }
      const value = bodyValue(body, sent);
      const kind = key === 'success' ? 'boolean' : smallFields[key];
      if (value !== null && !kinds[kind].accepts(value)) {
        refuse(sent, `invalid value for key '${sent}': must be ${kinds[kind].expected} or null`);
      }
      if (key === 'success') change.success = value as boolean | null;
      else change.small.set(key, text);
    }
  }
  return change;
}

type Kind = (typeof smallFields)[SmallField];

const kinds: Record<Kind, { accepts: (value: unknown) => boolean; expected: string }> = {
  text: { accepts: (value) => typeof value === 'string' || Number.isFinite(value), expected: 'a string' },
  number: { accepts: (value) => Number.isFinite(value), expected: 'a number' },
  boolean: { accepts: (value) => typeof value === 'boolean', expected: 'true, false' },
  id: {
    accepts: (value) => typeof value === 'string' || Number.isInteger(value),
    expected: 'a string, a whole number',
  },
};

/** Prints the answer to `GET /runs/`: an object keyed by run name, in the order of the list. */
export function printRuns(runs: RunSummary[], base: string): string {
  const texts = runs.map((run) => {
    const counted = { pass: run.passed, running: run.unfinished, fail: run.failed };
    const finished = counted.running === 0 && counted.pass + counted.fail > 0;
    return printEntry({ key: run.name, path: `${pathPart(run.name)}/`, finished, counted }, base);
  });
  return `{${texts.join(',')}}`;
}

/** Prints one job in the answer to `GET /runs/{name}/`, an object keyed by job id. */
export function printOutcome(
  run: string,
  { job_id, status, cases }: Pick<ShownJob, 'job_id' | 'status'> & { cases: CaseCounts | undefined },
  base: string,
): string {
  const own = outcome[status];
  const counted =
    cases === undefined || own.running > 0
      ? own
      : { pass: cases.pass, running: 0, fail: Math.max(cases.fail + cases.error, own.fail) };
  const path = `${pathPart(run)}/${pathPart(job_id)}/`;
  return printEntry({ key: job_id, path, finished: counted.running === 0, counted }, base);
}

const passed = { pass: 1, running: 0, fail: 0 };
const failed = { pass: 0, running: 0, fail: 1 };
const unfinished = { pass: 0, running: 1, fail: 0 };

/** The counts of a single job by status. */
const outcome: Record<JobStatus, typeof passed> = {
  pass: passed,
  fail: failed,
  dead: failed,
  queued: unfinished,
  running: unfinished,
  waiting: unfinished,
  unknown: unfinished,
};

interface Entry {
  key: string;
  path: string;
  finished: boolean;
  counted: { pass: number; running: number; fail: number };
}

/** Prints an entry as text, because an object would sort its integer-like keys. */
function printEntry({ key, path, finished, counted: { pass, running, fail } }: Entry, base: string): string {
  const href = JSON.stringify(`${base}/runs/${path}`);
  const status = finished ? 'finished' : 'running';
  return `${JSON.stringify(key)}:{"href":${href},"status":"${status}","results":{"pass":${pass},"running":${running},"fail":${fail}}}`;
}

/** The columns of a job that this contract shows. */
export const shownColumns = ['job_id', 'status', 'small', 'description', ...documentFields] as const;

/** The columns that this contract shows, as stored: raw JSON texts, and the description as plain text. */
export type ShownJob = Pick<WholeJob, (typeof shownColumns)[number]>;

/** Prints one job with exactly the documented keys, in parts. Each value is the text that was sent. */
export function printJob(job: ShownJob): string[] {
  const { job_id, kernel, overrides, roles, targets, tasks, status } = job;
  return [
    `{"job_id":${JSON.stringify(job_id)},${withDescription(job).slice(1, -1)},"kernel":`,
    kernel ?? 'null',
    ',"overrides":',
    overrides ?? 'null',
    ',"roles":',
    roles ?? 'null',
    `,"success":${jobSuccess(status)},"targets":`,
    targets ?? 'null',
    ',"tasks":',
    tasks ?? 'null',
    '}',
  ];
}
