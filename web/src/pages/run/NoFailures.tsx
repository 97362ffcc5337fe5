import { Link } from 'wouter';
import { changeOf } from '../../../../src/core/compare.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { duration, number, plural } from '../../lib/format.ts';
import { Empty } from '../../ui/States.tsx';
import { StatusShape } from '../../ui/Status.tsx';
import type { Job } from './jobs.ts';

/** A run without failures: its progress, the jobs that were fixed, and the slowest jobs. */
export function NoFailures({ page: { run, previous }, jobs }: { page: RunPage; jobs: readonly Job[] }) {
  const { total, counts } = run;
  if (total === 0) {
    return (
      <Empty
        title="No jobs of this run have been reported yet. To see what is queued, run:"
        command={`teuthology-queue --run_name ${run.name}`}
      />
    );
  }
  const over = counts.running + counts.waiting + counts.queued === 0;
  const slowest = jobs
    .filter(({ duration }) => duration !== null)
    .sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0))
    .slice(0, 10);
  const fixed = jobs.filter((job) => changeOf(job.previous, job.status) === 'fixed');
  return (
    <div className="body">
      <p className="green">
        {counts.pass > 0 && <StatusShape kind="pass" />}{' '}
        {over
          ? `All ${plural(counts.pass, 'job')} passed.`
          : `No failures so far: ${number(counts.pass)} of ${plural(total, 'job')} passed.`}
      </p>
      {previous !== null && fixed.length > 0 && (
        <Short title={`Fixed since the previous run: ${fixed.length}`} run={run.name} jobs={fixed.slice(0, 10)} />
      )}
      {slowest.length > 0 && <Short title="Slowest jobs" run={run.name} jobs={slowest} />}
    </div>
  );
}

function Short({ title, run, jobs }: { title: string; run: string; jobs: readonly Job[] }) {
  return (
    <>
      <h2>{title}</h2>
      <ul className="plain-list">
        {jobs.map((job) => (
          <li key={job.job_id} className="short">
            <span className="short-time">{duration(job.duration)}</span>
            <Link href={pagePath.job(run, job.job_id)}>{job.job_id}</Link>{' '}
            <span className="mono cut" title={job.description ?? undefined}>
              {job.description}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
