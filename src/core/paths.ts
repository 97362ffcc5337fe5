/** Addresses: of the dashboard and of its data, all built and read here so that each part is encoded once, and links to elsewhere. */
import type { JobStatus } from './job.ts';

/** Parameters of an address; what is empty or undefined is left out, so that one view has one address. */
export type PathQuery = Readonly<Record<string, string | undefined>>;

/** A text as one part of a path. `:` and the like stay readable: a path may hold them (RFC 3986, pchar). */
export function pathPart(text: string): string {
  if (/^[\w.~:@,=-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/%(3A|40|2C|3D)/g, decodeURIComponent);
}

/** The text of a part of a path, as it is when it cannot be decoded. */
function readPathPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The parts of a path: of `/runs/a%3Ab/` they are `runs` and `a:b`. */
export function readPath(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(readPathPart);
}

/** Parameters as people read them in a link: `?q=s:fail,dead`; empty when there are none. */
export function queryText(parameters: URLSearchParams): string {
  return parameters.size === 0 ? '' : `?${parameters}`.replace(/%(3A|2C|2F)/g, decodeURIComponent);
}

function address(parts: readonly string[], query: PathQuery = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `/${parts.map(pathPart).join('/')}${queryText(new URLSearchParams(given))}`;
}

/** The pages of the dashboard, relative to its base. */
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

/** Short addresses for reports and tickets, at the root of the server; those of runs and jobs have the internal id of the run. */
export const shortPath = {
  job: (runId: number, jobId: string) => address(['j', `${runId}.${jobId}`]),
  cause: (id: string) => address(['c', id]),
};

/** The addresses below `/api`; what they answer is in `src/http/api`. */
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

/** Topics of events with commas between them; names of runs may have commas too, which are then encoded. */
function printTopics(topics: readonly string[]): string {
  return topics.map((topic) => topic.replace(/[%,]/g, encodeURIComponent)).join(',');
}

/** The topics in a text that `apiPath.events` wrote, or a person. */
export function readTopics(text: string): string[] {
  return text
    .split(',')
    .filter((topic) => topic !== '')
    .map(readPathPart);
}

/** The most topics that one listener can have: a page has up to three. */
const mostTopics = 20;
const topicWords = ['runs', 'nodes', 'decisions', 'queue', 'deliveries'];

/** Whether a text is a list of 1 to 20 topics, all of which there are. */
export function isTopicList(text: string): boolean {
  const topics = new Set(readTopics(text));
  const isTopic = (topic: string) => topicWords.includes(topic) || /^run:./s.test(topic);
  return topics.size > 0 && topics.size <= mostTopics && [...topics].every(isTopic);
}

/** What a text that somebody copied is about: a run, perhaps one of its jobs, or a node. */
type Reference = { kind: 'run'; run: string; jobId: string | null } | { kind: 'node'; node: string };

/**
 * What an address of this or another dashboard, of a log or of a folder of logs, or `RUN/JOB` is about; whatever quotes or
 * brackets stand around it. Null for any other text.
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

/** The job in what follows a run in a path: `/jobs/17`, `/17/teuthology.log`; in `RUN/JOB` whatever it is called. */
function jobIn(rest: string[], isShort: boolean): string | null {
  const jobs = rest[0] === 'jobs' ? rest.slice(1) : rest;
  return jobs.find((part) => /^\d+$/.test(part)) ?? (isShort || jobs !== rest ? jobs[0] : undefined) ?? null;
}

/** The place behind a part of a path, which is beyond its end when there is no such part. */
function after(parts: string[], part: string): number {
  const at = parts.indexOf(part);
  return at === -1 ? parts.length : at + 1;
}

/** A text without the spaces, quotes, brackets and punctuation that are copied with it. */
export function withoutQuotes(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && /[\s"'`(<[{‹«“‘]/.test(text.charAt(from))) from++;
  while (to > from && /[\s"'`)>\]}›»”’.,;!]/.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether a job in this status has begun to write a log. */
export function hasLog(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'waiting';
}

/** A link of a job to somewhere else; always http or https. */
export interface JobLink {
  name: string;
  href: string;
}

/** The address when a browser may follow it, otherwise null: http and https only, since addresses come from clients. */
export function safeHref(address: unknown): string | null {
  return typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address) ? address : null;
}

/**
 * The address of a job's log: `template` with {run_name} and {job_id} filled in, each encoded as one part of a path. Both
 * are filled in by one pass, because a run may be called "{job_id}".
 */
export function logHref(template: string, run: string, jobId: string): string {
  const names: Record<string, string> = { '{run_name}': run, '{job_id}': jobId };
  return template.replace(/\{(?:run_name|job_id)\}/g, (name) => pathPart(names[name] as string));
}

/**
 * What teuthology leaves of a job: its log and the folder that contains it. The log of Ansible is linked only for failures
 * of that kind, because others need not have one. Empty when the template gives no address that a browser may follow.
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
