/** Names of old runs, jobs, nodes and queues as they can stand in a URL here, each once. */
import { longestJobId, longestRunName, nameProblem } from '../../core/name.ts';
import { readOldTime } from './clean.ts';
import type { Findings } from './findings.ts';
import { beyondOldIds, type OldOutline, type OldRun } from './old-database.ts';

/** A name that can stand in a URL: `/` and control characters become `_`; `instead` when nothing is left to name it by. */
export function addressable(name: string | null, longest: number, instead: string): string {
  if (name === null || name === '') return instead;
  if (nameProblem(name, longest) === null) return name;
  const plain = name
    .toWellFormed()
    .replaceAll('/', '_')
    .replaceAll(/\p{Cc}/gu, '_')
    .slice(0, longest)
    .toWellFormed();
  return nameProblem(plain, longest) === null ? plain : instead;
}

/** Makes names different from those that were taken before, by the internal id. */
export function uniqueNames(longest: number): (name: string, id: number | string) => string {
  const taken = new Set<string>();
  return (name, id) => {
    let free = name;
    for (let tail = `_${id}`; taken.has(free); tail += '_') free = name.slice(0, longest - tail.length) + tail;
    taken.add(free);
    return free;
  };
}

/**
 * The name of each run here, by its internal id: of several runs with one name the oldest keeps it. Jobs without a run go into a
 * run `old-…` after the run that they name.
 */
export function runNames(runs: OldRun[]): Map<number, string> {
  const unique = uniqueNames(longestRunName);
  const byAge = runs.toSorted((a, b) => a.id - b.id);
  const named = byAge.map((run) => ({ run, name: nameOfRun(run) }));
  // Names that need no change come first: no other run may take them.
  const [kept, changed] = [
    named.filter(({ run, name }) => run.name === name),
    named.filter(({ run, name }) => run.name !== name),
  ];
  return new Map([...kept, ...changed].map(({ run, name }) => [run.id, unique(name, run.id)]));
}

function nameOfRun({ id, name, xmin }: OldRun): string {
  if (xmin !== 0) return addressable(name, longestRunName, `old-${id}`);
  const of = addressable(name, longestRunName - 'old-'.length, id < beyondOldIds ? `run-${id}` : 'jobs');
  return `old-${of}`;
}

/** What becomes of the jobs of a run. */
export interface JobPlan {
  /** The `job_id` of each job that is copied, by internal id. */
  jobIds: Map<number, string>;
  /** The internal ids of those that are not, because another job of the run has their `job_id`; with the one that has. */
  leftOut: Map<number, number>;
}

/** Of several jobs with one `job_id` a finished one is copied, else the latest. */
export function planJobs(outline: OldOutline[], run: string, findings: Findings): JobPlan {
  const plan: JobPlan = { jobIds: new Map(), leftOut: new Map() };
  const taken = new Set<string>();
  const odd: OldOutline[] = [];
  for (const [jobId, jobs] of Map.groupBy(outline, ({ job_id, id }) => (job_id === null ? id : job_id))) {
    const [first, ...others] = jobs.length > 1 ? jobs.toSorted(byWorth) : jobs;
    const { id } = first as OldOutline;
    for (const other of others) plan.leftOut.set(other.id, id);
    if (typeof jobId === 'number' || nameProblem(jobId, longestJobId) !== null) odd.push(first as OldOutline);
    else taken.add(jobId);
    plan.jobIds.set(id, String(jobId));
  }
  for (const { id, job_id } of odd) {
    const wanted = addressable(job_id, longestJobId, `old-${id}`);
    const jobId = taken.has(wanted) ? `old-${id}` : wanted;
    taken.add(jobId);
    plan.jobIds.set(id, jobId);
    const problem = job_id === null ? 'is null' : 'cannot stand in a URL';
    findings.add({ table: 'jobs', id, run, key: 'job_id', problem, was: job_id, now: jobId });
  }
  return plan;
}

function byWorth(a: OldOutline, b: OldOutline): number {
  const finished = ({ status }: OldOutline) => Number(status === 'pass' || status === 'fail' || status === 'dead');
  const time = ({ updated, posted }: OldOutline) =>
    readOldTime(updated) ?? readOldTime(posted) ?? Number.NEGATIVE_INFINITY;
  const [timeA, timeB] = [time(a), time(b)];
  return finished(b) - finished(a) || (timeA === timeB ? b.id - a.id : timeB > timeA ? 1 : -1);
}
