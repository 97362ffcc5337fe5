import type { ReactNode } from 'react';
import { type JobStatus, jobStatuses } from '../../../src/core/job.ts';
import type { RunStatus } from '../../../src/core/run.ts';

/** The job status whose shape and colour represent a status of a job or a run. */
export function statusKind(status: JobStatus | RunStatus | (string & {})): JobStatus {
  const last = status.split(' ').at(-1) ?? '';
  return (jobStatuses as readonly string[]).includes(last) ? (last as JobStatus) : 'unknown';
}

/** A status as a shape that can be recognized without its colour. Screen readers read its name, and `word` shows it. */
export function Status({ status, word = false }: { status: JobStatus | RunStatus | (string & {}); word?: boolean }) {
  const kind = statusKind(status);
  return (
    <span className={`status status-${kind}`} title={word ? undefined : status}>
      <StatusShape kind={kind} />
      <span className={word ? 'status-word' : 'hidden'}>{status}</span>
    </span>
  );
}

/** The shape alone, for use beside the word. */
export function StatusShape({ kind }: { kind: JobStatus }) {
  return (
    <svg className={`shape status-${kind}`} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {shapes[kind]}
    </svg>
  );
}

const line = { fill: 'none', stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

const shapes: Record<JobStatus, ReactNode> = {
  pass: <path d="M2.5 7.5 5.5 10.5 11.5 3.5" strokeWidth="1.5" {...line} />,
  fail: <path d="M3 3 11 11M11 3 3 11" strokeWidth="2.6" {...line} />,
  dead: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="2" fill="currentColor" />
      <path d="M7 3.2V10.8M4.4 5.6H9.6" fill="none" className="shape-cut" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  running: (
    <>
      <path d="M5 3.6 10.6 7 5 10.4Z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />
      <circle className="shape-ring" cx="7" cy="7" r="6.2" strokeWidth="1.2" strokeDasharray="10 29" {...line} />
    </>
  ),
  waiting: (
    <>
      <circle cx="7" cy="7" r="5.4" strokeWidth="1.5" {...line} />
      <path d="M7 4V7L9.2 8.4" strokeWidth="1.5" {...line} />
    </>
  ),
  queued: <circle cx="7" cy="7" r="4.6" strokeWidth="1.6" {...line} />,
  unknown: (
    <>
      <circle cx="7" cy="7" r="5.8" strokeWidth="1.2" strokeDasharray="2.4 2" {...line} />
      <path d="M5.5 5.6C5.5 3.6 8.6 3.7 8.5 5.6 8.4 6.7 7 6.8 7 8M7 9.9V10" strokeWidth="1.3" {...line} />
    </>
  ),
};
