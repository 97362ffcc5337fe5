/** The jobs of a run by columns: a third of the size of a list of objects, and many times as fast to read. */
import { type JobStatus, jobStatuses } from './job.ts';

/** A job that goes into columns. */
export interface ColumnJob {
  job_id: string;
  status: JobStatus;
  description: string | null;
  failure_reason: string | null;
  signature: { id: string; kind: string; title: string } | null;
  os: string | null;
  nodes: string[];
  duration: number | null;
  posted: number;
  started: number | null;
  updated: number;
  links: { name: string; href: string }[];
}

const ranks: Record<JobStatus, number> = {
  fail: 0,
  dead: 0,
  running: 1,
  waiting: 2,
  queued: 3,
  unknown: 4,
  pass: 5,
};

/** The order of jobs on the page of a run: failing ones first, passed ones last, then by id as a number. */
export function orderJobs<Job extends Pick<ColumnJob, 'job_id' | 'status'>>(jobs: Job[]): Job[] {
  const keyed = jobs.map((job) => ({ job, rank: ranks[job.status], number: numberOf(job.job_id) }));
  keyed.sort((a, b) => a.rank - b.rank || a.number - b.number || (a.job.job_id < b.job.job_id ? -1 : 1));
  return keyed.map(({ job }) => job);
}

/** Ids that are no numbers come after those that are. */
function numberOf(jobId: string): number {
  return /^\d+$/.test(jobId) ? Number(jobId) : Number.MAX_VALUE;
}

/** The longest reason in columns, in UTF-16 units: the page of the job has all of it. */
export const longestReason = 4000;

/** Each text once, and where it is. */
function dictionary() {
  const places = new Map<string, number>();
  const place = (text: string) => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  };
  return { place, texts: () => [...places.keys()] };
}

/** Builds the columns job by job; see `JobColumns` of the API. Times go in as they shall come out. */
export function runColumns() {
  const fragments = dictionary();
  const texts = dictionary();
  const signatures = new Map<string, { place: number; id: string; kind: string; title: string; count: number }>();
  const jobs = emptyColumns();
  const placeOf = (text: string | null) => (text === null ? -1 : texts.place(text));

  const signatureOf = (signature: ColumnJob['signature']) => {
    if (signature === null) return -1;
    const known = signatures.get(signature.id);
    if (known) known.count++;
    else signatures.set(signature.id, { ...signature, place: signatures.size, count: 1 });
    return known?.place ?? signatures.size - 1;
  };

  /** `previous` is the status of the same description in the run before. */
  const add = (job: ColumnJob, previous: JobStatus | null): void => {
    const { description } = job;
    if (job.links.length > 0) jobs.links[jobs.job_id.length] = job.links;
    jobs.job_id.push(job.job_id);
    jobs.status.push(jobStatuses.indexOf(job.status));
    jobs.description.push(description === null ? [] : description.split(' ').map(fragments.place));
    jobs.reason.push(placeOf(shortened(job.failure_reason)));
    jobs.signature.push(signatureOf(job.signature));
    jobs.os.push(placeOf(job.os));
    jobs.nodes.push(job.nodes.map(texts.place));
    jobs.duration.push(job.duration);
    jobs.posted.push(job.posted);
    jobs.started.push(job.started);
    jobs.updated.push(job.updated);
    jobs.previous.push(previous === null ? -1 : jobStatuses.indexOf(previous));
  };

  return {
    add,
    jobs,
    fragments: fragments.texts,
    texts: texts.texts,
    /** Every cause with the number of its jobs, in the order of the column. */
    signatures: () => [...signatures.values()].map(({ id, kind, title, count }) => ({ id, kind, title, count })),
  };
}

function emptyColumns() {
  return {
    job_id: [] as string[],
    status: [] as number[],
    description: [] as number[][],
    reason: [] as number[],
    signature: [] as number[],
    os: [] as number[],
    nodes: [] as number[][],
    duration: [] as (number | null)[],
    posted: [] as number[],
    started: [] as (number | null)[],
    updated: [] as number[],
    previous: [] as number[],
    links: {} as Record<string, { name: string; href: string }[]>,
  };
}

function shortened(reason: string | null): string | null {
  if (reason === null || reason.length <= longestReason) return reason;
  return `${reason.slice(0, longestReason).toWellFormed()}…`;
}
