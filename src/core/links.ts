/** Links that come from the texts of clients and from settings. */
import type { JobStatus } from './job.ts';
import { pathPart } from './paths.ts';

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
