import type { JobChange } from '../../core/job.ts';
import { filterable } from '../../core/name.ts';
import { noJobs, runStatus } from '../../core/run.ts';
import { parseRunName } from '../../core/run-name.ts';
import type { JobRow, RunRow } from '../engine/schema.ts';

/** The row of a run that is being created, all that its name says included; `at` in microseconds. */
export function newRun(name: string, tags: string[], at: number): Omit<RunRow, 'id'> {
  const { user, suite, branch, machine_type, scheduled } = parseRunName(name);
  return {
    name,
    status: 'empty',
    user: storable(user),
    suite: storable(suite),
    branch: storable(branch),
    machine_type: storable(machine_type),
    scheduled: scheduled ?? at,
    posted: at,
    started: null,
    updated: null,
    first_job: null,
    sha1: null,
    flavor: null,
    priority: null,
    tags: JSON.stringify(tags),
    ...noJobs(),
  };
}

function storable(text: string): string {
  return text.replaceAll('\0', '');
}

/** Brings a run up to date with one of its jobs that was created or changed: `previous` is its status before, if any. */
export function countJob(run: RunRow, job: JobRow, previous: JobRow['status'] | null): void {
  if (previous !== null) run[previous]--;
  run[job.status]++;
  run.status = runStatus(run);
  run.updated = job.updated;
  if (job.started !== null && (run.started === null || job.started < run.started)) run.started = job.started;
  if (run.first_job === null || job.job_id <= run.first_job) showFirstJob(run, job);
}

/** What a run shows of its first job, the one with the lowest `job_id` as text (teuthology contract §2.2). */
export function showFirstJob(
  run: RunRow,
  job: Pick<JobRow, 'job_id' | 'sha1' | 'flavor' | 'priority'> | undefined,
): void {
  run.first_job = job?.job_id ?? null;
  run.sha1 = job?.sha1 ?? null;
  run.flavor = job?.flavor ?? null;
  run.priority = job?.priority ?? null;
}

/**
 * Jobs know better than the run's name (teuthology contract §3.9): the last one that says so wins; nulls say nothing.
 * The user is taken only where the name had none (teuthology contract §7.45, §7.56).
 */
export function correctRun(run: RunRow, job: JobRow, { small, more }: JobChange): void {
  const suite = more.get('suite');
  if (typeof suite === 'string' && suite !== '') run.suite = filterable(suite);
  if (more.has('branch') && job.branch) run.branch = job.branch;
  if (small.has('machine_type') && job.machine_type) run.machine_type = job.machine_type;
  if (run.user === '' && job.user) run.user = job.user;
}
