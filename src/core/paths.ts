/** Builds and parses the URLs of the dashboard and its data, so that every part is encoded in one place. Also builds links to other sites. */
import type { JobStatus } from './job.ts';

/** Query parameters. Empty and undefined ones are left out, so that a view has only one URL. */
export type PathQuery = Readonly<Record<string, string | undefined>>;

/** Encodes a text as one part of a path. `:` and similar characters stay readable, because a path may contain them (RFC 3986, pchar). */
export function pathPart(text: string): string {
  if (/^[\w.~:@,=-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/%(3A|40|2C|3D)/g, decodeURIComponent);
}

/** Decodes a part of a path; returns it unchanged if it cannot be decoded. */
function readPathPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The decoded parts of a path: `runs` and `a:b` for `/runs/a%3Ab/`. */
export function readPath(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(readPathPart);
}

/** Query parameters in a readable form, `?q=s:fail,dead`; empty if there are none. */
export function queryText(parameters: URLSearchParams): string {
  return parameters.size === 0 ? '' : `?${parameters}`.replace(/%(3A|2C|2F)/g, decodeURIComponent);
}

function address(parts: readonly string[], query: PathQuery = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `/${parts.map(pathPart).join('/')}${queryText(new URLSearchParams(given))}`;
}

/** Paths of the pages of the dashboard, relative to its base. */
export const pagePath = {
  runs: (query?: PathQuery) => address(['runs'], query),
  run: (run: string, query?: PathQuery) => address(['runs', run], query),
  job: (run: string, jobId: string, query?: PathQuery) => address(['runs', run, 'jobs', jobId], query),
  log: (run: string, jobId: string, query?: PathQuery) => address(['runs', run, 'jobs', jobId, 'log'], query),
  test: (query: PathQuery) => address(['tests'], query),
  compare: (run: string, query?: PathQuery) => address(['runs', run, 'compare'], query),
  cause: (id: string) => address(['causes', id]),
  history: (query?: PathQuery) => address(['history'], query),
  queue: (machineType?: string) => address(machineType === undefined ? ['queue'] : ['queue', machineType]),
  nodes: (query?: PathQuery) => address(['nodes'], query),
  node: (name: string) => address(['nodes', name]),
  audit: (query?: PathQuery) => address(['audit'], query),
  notifications: () => address(['notifications']),
  settings: (query?: PathQuery) => address(['settings'], query),
  help: () => address(['help']),
};

/** Short paths for reports and tickets, at the root of the server. Those of runs and jobs contain the internal id of the run. */
export const shortPath = {
  job: (runId: number, jobId: string) => address(['j', `${runId}.${jobId}`]),
  cause: (id: string) => address(['c', id]),
};

/** Paths below `/api`. Their responses are described in `src/http/api`. */
export const apiPath = {
  runs: (query?: PathQuery) => address(['api', 'runs'], query),
  runsFile: (format: 'csv' | 'json', query?: PathQuery) => address(['api', `runs.${format}`], query),
  run: (run: string) => address(['api', 'runs', run]),
  runPage: (run: string, query?: PathQuery) => address(['api', 'runs', run, 'page'], query),
  runVerdicts: (run: string, query?: PathQuery) => address(['api', 'runs', run, 'verdicts'], query),
  runParts: (run: string) => address(['api', 'runs', run, 'parts']),
  runConfig: (run: string) => address(['api', 'runs', run, 'config']),
  runJobsFile: (run: string, format: 'csv' | 'json') => address(['api', 'runs', run, `jobs.${format}`]),
  job: (run: string, jobId: string, query?: PathQuery) => address(['api', 'runs', run, 'jobs', jobId], query),
  log: (run: string, jobId: string, query?: PathQuery) => address(['api', 'runs', run, 'jobs', jobId, 'log'], query),
  logFile: (run: string, jobId: string, query?: PathQuery) =>
    address(['api', 'runs', run, 'jobs', jobId, 'log', 'raw'], query),
  jobTests: (run: string, jobId: string, query?: PathQuery) =>
    address(['api', 'runs', run, 'jobs', jobId, 'tests'], query),
  runTests: (run: string) => address(['api', 'runs', run, 'tests']),
  testHistory: (query: PathQuery) => address(['api', 'tests'], query),
  excerpt: (run: string, jobId: string) => address(['api', 'runs', run, 'jobs', jobId, 'excerpt']),
  compare: (run: string, query?: PathQuery) => address(['api', 'runs', run, 'compare'], query),
  cause: (id: string) => address(['api', 'causes', id]),
  causePlaces: (id: string) => address(['api', 'causes', id, 'places']),
  history: (query?: PathQuery) => address(['api', 'history'], query),
  months: (query: PathQuery) => address(['api', 'months'], query),
  monthPlaces: (query: PathQuery) => address(['api', 'months', 'suggest'], query),
  monthsFile: (query: PathQuery) => address(['api', 'months.csv'], query),
  queue: () => address(['api', 'queue']),
  nodes: (query?: PathQuery) => address(['api', 'nodes'], query),
  node: (name: string, query?: PathQuery) => address(['api', 'nodes', name], query),
  audit: (query?: PathQuery) => address(['api', 'audit'], query),
  auditFile: (format: 'csv' | 'json', query?: PathQuery) => address(['api', `audit.${format}`], query),
  decisions: (query?: PathQuery) => address(['api', 'decisions'], query),
  withdraw: (id: number) => address(['api', 'decisions', String(id), 'withdraw']),
  review: (run: string) => address(['api', 'runs', run, 'review']),
  reviews: (run: string) => address(['api', 'runs', run, 'reviews']),
  session: () => address(['api', 'session']),
  subscriptions: () => address(['api', 'subscriptions']),
  subscription: (id: number) => address(['api', 'subscriptions', String(id)]),
  subscriptionTest: (id: number) => address(['api', 'subscriptions', String(id), 'test']),
  deliveries: (id: number, query?: PathQuery) => address(['api', 'subscriptions', String(id), 'deliveries'], query),
  sendAgain: (id: number, delivery: number) =>
    address(['api', 'subscriptions', String(id), 'deliveries', String(delivery), 'again']),
  suggest: (query: PathQuery) => address(['api', 'suggest'], query),
  search: (text: string) => address(['api', 'search'], { text }),
  events: (topics: readonly string[]) => address(['api', 'events'], { topics: printTopics(topics) }),
};

/** Prints topics of events, separated by commas. Commas in the names of runs are encoded. */
function printTopics(topics: readonly string[]): string {
  return topics.map((topic) => topic.replace(/[%,]/g, encodeURIComponent)).join(',');
}

/** Parses topics, as written by `apiPath.events` or by hand. */
export function readTopics(text: string): string[] {
  return text
    .split(',')
    .filter((topic) => topic !== '')
    .map(readPathPart);
}

/** The most topics that a listener can have. A page uses up to three. */
const mostTopics = 20;
const topicWords = ['runs', 'nodes', 'decisions', 'queue', 'deliveries'];

/** Whether a text is a list of 1 to 20 valid topics. */
export function isTopicList(text: string): boolean {
  const topics = new Set(readTopics(text));
  const isTopic = (topic: string) => topicWords.includes(topic) || /^run:./s.test(topic);
  return topics.size > 0 && topics.size <= mostTopics && [...topics].every(isTopic);
}

/** What a copied text refers to: a run or one of its jobs, or a node. */
type Reference = { kind: 'run'; run: string; jobId: string | null } | { kind: 'node'; node: string };

/**
 * Finds what a text refers to: `RUN/JOB`, or the URL of a page of this or another dashboard, of a log or of a folder of logs. Surrounding quotes
 * and brackets are ignored. Null for any other text.
 */
export function readReference(text: string): Reference | null {
  const bare = withoutQuotes(text);
  const path = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(bare)?.[1];
  const parts = readPath(path ?? bare);
  const place = parts.findIndex((part) => /-\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d-/.test(part));
  const isShort = path === undefined && bare.includes('/') && !bare.startsWith('/') && parts.length <= 2;
  const at = place !== -1 ? place : isShort ? 0 : after(parts, 'runs');
  const run = parts[at];
  if (run !== undefined) return { kind: 'run', run, jobId: jobIn(parts.slice(at + 1), path === undefined) };
  const node = parts[after(parts, 'nodes')];
  return node === undefined ? null : { kind: 'node', node };
}

/** The job in the part of a path that follows a run: `/jobs/17` or `/17/teuthology.log`. In `RUN/JOB`, the job can have any name. */
function jobIn(rest: string[], isShort: boolean): string | null {
  const jobs = rest[0] === 'jobs' ? rest.slice(1) : rest;
  return jobs.find((part) => /^\d+$/.test(part)) ?? (isShort || jobs !== rest ? jobs[0] : undefined) ?? null;
}

/** The index after a part of a path; the length of the path if it has no such part. */
function after(parts: string[], part: string): number {
  const at = parts.indexOf(part);
  return at === -1 ? parts.length : at + 1;
}

/** Removes the spaces, quotes, brackets and punctuation that were copied along with a text. */
export function withoutQuotes(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && /[\s"'`(<[{‹«“‘]/.test(text.charAt(from))) from++;
  while (to > from && /[\s"'`)>\]}›»”’.,;!]/.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether a job with this status has started writing its log. */
export function hasLog(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'waiting';
}

/** A link from a job to another site; always http or https. */
export interface JobLink {
  name: string;
  href: string;
}

/** Returns a URL only if a browser may follow it, otherwise null. Only http and https are allowed, because URLs come from clients. */
export function safeHref(address: unknown): string | null {
  return typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address) ? address : null;
}

/**
 * The URL of a job's log: `template` with {run_name} and {job_id} replaced, each encoded as one part of a path. One pass replaces both, because a
 * run may be named "{job_id}".
 */
export function logHref(template: string, run: string, jobId: string): string {
  const names: Record<string, string> = { '{run_name}': run, '{job_id}': jobId };
  return template.replace(/\{(?:run_name|job_id)\}/g, (name) => pathPart(names[name] as string));
}

/**
 * The files that teuthology leaves for a job: its log and the folder that contains it. The Ansible log is linked only for Ansible failures,
 * because other jobs may not have one. Empty if the template gives no URL that a browser may follow.
 */
export function logLinks(
  template: string,
  run: string,
  job: { job_id: string; status: JobStatus; signature: { kind: string } | null },
): JobLink[] {
  if (!hasLog(job.status)) return [];
  const log = safeHref(logHref(template, run, job.job_id));
  if (log === null) return [];
  const archive = log.slice(0, log.lastIndexOf('/') + 1);
  const ansible = job.signature?.kind === 'ansible' ? [{ name: 'ansible', href: `${archive}ansible.log` }] : [];
  return [{ name: 'log', href: log }, { name: 'archive', href: archive }, ...ansible];
}
