import { countsOf, jobsTotal } from '../../core/run.ts';
import { milliseconds } from '../../core/time.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import type { KeptReview } from '../../store/write/decisions.ts';
import type { JobItem, RunItem } from './schema.ts';

/** A run as lists show it. */
export function runItem(row: RunRow): RunItem {
  const { id, name, status, user, suite, branch, machine_type, sha1, flavor, priority } = row;
  return {
    id,
    name,
    status,
    user,
    suite,
    branch,
    machine_type,
    sha1,
    flavor,
    priority,
    scheduled: milliseconds(row.scheduled),
    posted: milliseconds(row.posted),
    started: milliseconds(row.started),
    updated: milliseconds(row.updated),
    total: jobsTotal(row),
    counts: countsOf(row),
    tags: JSON.parse(row.tags) as string[],
    review: reviewItem(row.review),
  };
}

function reviewItem(text: string | null): RunItem['review'] {
  if (text === null) return null;
  const { created, ...review } = JSON.parse(text) as KeptReview;
  return { ...review, created: milliseconds(created) };
}

/** A job as histories and lists show it. */
export function jobItem(line: JobLine): JobItem {
  const { run, job_id, status, description, suite, branch, sha1, os, nodes, duration, signature, case_causes } = line;
  const { failure_reason, error } = line;
  return {
    run,
    job_id,
    status,
    description,
    suite,
    branch,
    sha1,
    os,
    nodes,
    duration,
    posted: milliseconds(line.posted),
    started: milliseconds(line.started),
    updated: milliseconds(line.updated),
    signature,
    case_causes: [...case_causes],
    failure_reason,
    error,
  };
}
