/** Addresses of the dashboard and of its data, built and read here alone: each part is encoded once. */

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
  compare: (run: string, query?: PathQuery) => address(['runs', run, 'compare'], query),
  history: (query?: PathQuery) => address(['history'], query),
  queue: (machineType?: string) => address(machineType === undefined ? ['queue'] : ['queue', machineType]),
  nodes: (query?: PathQuery) => address(['nodes'], query),
  node: (name: string) => address(['nodes', name]),
  settings: () => address(['settings']),
  help: () => address(['help']),
};

/** The addresses below `/api`; what they answer is in `src/http/api`. */
export const apiPath = {
  runs: (query?: PathQuery) => address(['api', 'runs'], query),
  runsFile: (format: 'csv' | 'json', query?: PathQuery) => address(['api', `runs.${format}`], query),
  run: (run: string) => address(['api', 'runs', run]),
  runPage: (run: string) => address(['api', 'runs', run, 'page']),
  runConfig: (run: string) => address(['api', 'runs', run, 'config']),
  runJobsFile: (run: string, format: 'csv' | 'json') => address(['api', 'runs', run, `jobs.${format}`]),
  job: (run: string, jobId: string, query?: PathQuery) => address(['api', 'runs', run, 'jobs', jobId], query),
  compare: (run: string, query?: PathQuery) => address(['api', 'runs', run, 'compare'], query),
  history: (query?: PathQuery) => address(['api', 'history'], query),
  queue: () => address(['api', 'queue']),
  nodes: (query?: PathQuery) => address(['api', 'nodes'], query),
  node: (name: string, query?: PathQuery) => address(['api', 'nodes', name], query),
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

/**
 * The run, and the job, that an address of a log or of another dashboard is about: they all have both in their paths.
 * Null for a text that is no such address.
 */
export function readForeignAddress(text: string): { run: string; jobId: string | null } | null {
  const path = /^https?:\/\/[^/?#]*([^?#]*)/.exec(text.trim())?.[1];
  const parts = path === undefined ? [] : readPath(path);
  const at = parts.findIndex((part) => /-\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d-/.test(part));
  const run = parts[at];
  return run === undefined ? null : { run, jobId: parts.slice(at + 1).find((part) => /^\d+$/.test(part)) ?? null };
}
