import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { JobPage } from '../../../../src/http/api/job-page-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { Facts } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';

/** When and with what a job was run, as it was reported. */
export function JobFacts({ page: { job, config } }: { page: JobPage }) {
  const waited = job.started === null ? null : (job.started - job.posted) / 1000;
  const told = (key: string) => (config[key] === undefined || config[key] === '' ? null : String(config[key]));
  const version = (branch: string, sha1: string) =>
    [told(branch), shortSha1(told(sha1))].filter((part) => part !== null && part !== '').join(' · ') || null;
  const facts: [string, ReactNode][] = [
    [
      'posted',
      <Fragment key="posted">
        <Time at={job.posted} />
        {waited !== null && (waited < 0 ? ', after it had begun' : `, waited ${duration(waited)}`)}
      </Fragment>,
    ],
    ['updated', <Time key="updated" at={job.updated} />],
    ['machine type', told('machine_type')],
    ['owner', told('owner')],
    ['priority', told('priority')],
    ['flavor', told('flavor')],
    ['suite', version('suite_branch', 'suite_sha1')],
    ['teuthology', version('teuthology_branch', 'teuthology_sha1')],
    ['seed, subset', [told('seed'), told('subset')].filter((part) => part !== null).join(', ') || null],
  ];
  return <Facts rows={facts} />;
}

const mostSiblings = 12;

/** The other jobs of the run that ended with the same cause. */
export function Siblings({ page: { run, job, siblings } }: { page: JobPage }) {
  const [base] = useUrlState('base', '');
  if (job.signature === null) return null;
  const others = siblings.jobs.filter(({ job_id }) => job_id !== job.job_id);
  return (
    <>
      <h2>Same cause</h2>
      {others.length === 0 && <p>No other job of this run.</p>}
      {others.length > 0 && (
        <p className="line">
          {others.slice(0, mostSiblings).map(({ job_id, description }) => (
            <Link key={job_id} href={pagePath.job(run.name, job_id, { base })} title={description ?? undefined}>
              {job_id}
            </Link>
          ))}
        </p>
      )}
      <p className="line">
        {others.length > 0 && (
          <Link href={pagePath.run(run.name, { q: literalTerm('cause', job.signature.id), base })}>
            all {siblings.total} in the list
          </Link>
        )}
        <Link href={pagePath.cause(job.signature.id)}>all of this cause</Link>
      </p>
    </>
  );
}
