/** The jobs of a run from the columns in which they travel. */
import { type JobStatus, jobStatuses } from '../../../src/core/job.ts';
import type { PageSignature, RunPage } from '../../../src/http/api/schemas.ts';

/** A job as the pages of a run use it; times in milliseconds since the epoch, durations in seconds. */
export interface Job {
  /** Its place on the page of the run: failing jobs first, then by id. */
  index: number;
  jobId: string;
  status: JobStatus;
  description: string;
  reason: string | null;
  os: string | null;
  nodes: string[];
  duration: number | null;
  posted: number;
  started: number | null;
  updated: number;
  signature: PageSignature | null;
  /** The status of the same description in the run before. */
  previous: JobStatus | null;
  links: { name: string; href: string }[];
  logHref: string | null;
}

/** Every job of the page, in its order. */
export function readColumns(page: RunPage): Job[] {
  const { jobs, texts, fragments, signatures } = page;
  const text = (at: number | undefined) => (at === undefined || at < 0 ? null : (texts[at] ?? null));
  return jobs.job_id.map((jobId, index) => ({
    index,
    jobId,
    status: jobStatuses[jobs.status[index] ?? -1] ?? 'unknown',
    description: (jobs.description[index] ?? []).map((at) => fragments[at] ?? '').join(' '),
    reason: text(jobs.reason[index]),
    os: text(jobs.os[index]),
    nodes: (jobs.nodes[index] ?? []).map((at) => texts[at] ?? ''),
    duration: jobs.duration[index] ?? null,
    posted: jobs.posted[index] ?? 0,
    started: jobs.started[index] ?? null,
    updated: jobs.updated[index] ?? 0,
    signature: signatures[jobs.signature[index] ?? -1] ?? null,
    previous: jobStatuses[jobs.previous[index] ?? -1] ?? null,
    links: jobs.links[String(index)] ?? [],
    logHref: logHref(page.log_href_template, page.run.name, jobId),
  }));
}

/** Where a job's log is; null when the server does not know. */
export function logHref(template: string, run: string, job: string): string | null {
  if (template === '') return null;
  return template.replaceAll('{run_name}', () => run).replaceAll('{job_id}', () => job);
}
