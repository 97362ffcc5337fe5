import { Link } from 'wouter';
import { hasLog, pagePath, shortPath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { JobPage } from '../../../../src/http/api/job-page.ts';
import { root, useUrlState } from '../../lib/address.ts';
import { killJob } from '../../lib/commands.ts';
import { plural, shortSha1 } from '../../lib/format.ts';
import { Command, Copy, copyWithToast } from '../../ui/Copy.tsx';
import { DialogButton } from '../../ui/Dialog.tsx';
import { OutLink } from '../../ui/OutLink.tsx';
import { Menu } from '../../ui/Popover.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';
import { RerunButton } from '../run/Rerun.tsx';

/** The header of a job: its facts, its place in the run, and links to its logs. */
export function JobHeader({ page }: { page: JobPage }) {
  const { run, job, links, reads_logs } = page;
  const [base] = useUrlState('base', '');
  return (
    <header className="head">
      <Places page={page} />
      <div className="line spread">
        <div className="line">
          <h1>
            <Status status={job.status} word /> {job.job_id}
          </h1>
          <Copy text={job.job_id} label="job id" />
          <JobTime job={job} />
          <span>{job.os ?? 'OS unknown'}</span>
          {job.sha1 !== null && (
            <span>
              sha1 <Link href={pagePath.runs({ q: literalTerm('sha1', job.sha1) })}>{shortSha1(job.sha1)}</Link>{' '}
              <Copy text={job.sha1} label="sha1" />
            </span>
          )}
          <span>
            {job.suite} on {job.branch}
          </span>
          {job.started !== null && (
            <span>
              started <Time at={job.started} />
            </span>
          )}
        </div>
        <JobActions page={page} />
      </div>
      <div className="line">
        {reads_logs && hasLog(job.status) && <Link href={pagePath.log(run.name, job.job_id)}>read the log</Link>}
        {links.map((link) => (
          <OutLink key={link.name} {...link} />
        ))}
        <Link href={pagePath.run(run.name, { view: 'jobs', sel: job.job_id, base })}>in the list of jobs</Link>
      </div>
    </header>
  );
}

/** The run, and the previous and next job in it and among the jobs with the same cause. */
function Places({ page }: { page: JobPage }) {
  const { run, job, before, after, place, siblings } = page;
  const among = placeIn(siblings.jobs, job.job_id);
  const [base] = useUrlState('base', '');
  return (
    <div className="line spread">
      <Link href={pagePath.run(run.name, { base })} className="break">
        {run.name}
      </Link>
      <span className="line">
        {among !== null && (
          <span className="line">
            <Step run={run.name} to={among.before} text="◂" label="previous job with this cause" />
            {among.at} of {plural(siblings.total, 'job')} with this cause
            <Step run={run.name} to={among.after} text="▸" label="next job with this cause" />
          </span>
        )}
        <span className="line">
          <Step run={run.name} to={before} text="◂" label="previous job" />
          {place.at} of {place.of} in the run
          <Step run={run.name} to={after} text="▸" label="next job" />
        </span>
      </span>
    </div>
  );
}

function Step({ run, to, text, label }: { run: string; to: string | null; text: string; label: string }) {
  const [base] = useUrlState('base', '');
  if (to === null) return null;
  return (
    <Link href={pagePath.job(run, to, { base })} className="button icon-button" aria-label={label} title={label}>
      {text}
    </Link>
  );
}

function JobActions({ page: { run, job } }: { page: JobPage }) {
  const isOver = job.status === 'pass' || job.status === 'fail' || job.status === 'dead';
  const texts: [string, string | null][] = [
    ['short link', `${location.origin}${root}${shortPath.job(run.id, job.job_id)}`],
    ['description', job.description],
    ['failure reason', job.failure_reason],
  ];
  return (
    <span className="actions">
      <RerunButton run={run} jobs={[job]} label="Rerun…" />
      <DialogButton label="Kill…" title="Kill this job" isOffered={!isOver}>
        <p>
          {job.status === 'queued' ? 'It will be removed from the queue.' : 'It will be killed and its nodes unlocked.'}{' '}
          On the machine where the jobs were started, run:
        </p>
        <Command text={killJob(run.name, job.job_id)} what="the command to kill the job" />
      </DialogButton>
      <Menu
        label="Copy ▾"
        title="Copy"
        items={texts.flatMap(([name, text]) =>
          text === null ? [] : [[`Copy the ${name}`, () => void copyWithToast(text, `the ${name}`)]],
        )}
      />
    </span>
  );
}

/** The number of a job, starting from 1, and the jobs before and after it. */
export interface Place {
  at: number;
  before: string | null;
  after: string | null;
}

/** The place of a job in a list; null if it is the only one or not in the list. */
export function placeIn(jobs: readonly { job_id: string }[], jobId: string): Place | null {
  const at = jobs.findIndex(({ job_id }) => job_id === jobId);
  if (at === -1 || jobs.length < 2) return null;
  return { at: at + 1, before: jobs[at - 1]?.job_id ?? null, after: jobs[at + 1]?.job_id ?? null };
}
