import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { causesOfJob, mostCaseCauses } from '../../../../src/core/job.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { JobPage } from '../../../../src/http/api/job-page.ts';
import type { RunVerdicts } from '../../../../src/http/api/run-verdicts.ts';
import { useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { Facts } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { JobCauses, VerdictBadge, VerdictDetail } from '../run/verdict-view.tsx';

/** When and with which settings a job ran, as reported. */
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
        {waited !== null && (waited < 0 ? ', after it had started' : `, waited ${duration(waited)}`)}
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
        <Link href={pagePath.cause(job.signature.id)}>all details of this cause</Link>
      </p>
    </>
  );
}

/** The verdicts on the causes of a failed job. As on the page of the run, they are relative to the chosen base branch. */
export function JobVerdict({ page: { run, job, tests } }: { page: JobPage }) {
  const [base] = useUrlState('base', '');
  const { data } = useApi<RunVerdicts>(job.signature === null ? null : apiPath.runVerdicts(run.name, { base }));
  const said = new Map(data?.verdicts.map((verdict) => [verdict.id, verdict]));
  const verdict = said.get(job.signature?.id ?? '');
  const others = causesOfJob(job).slice(1);
  const failed = tests === null ? 0 : tests.fail + tests.error;
  return (
    <>
      {data && verdict && (
        <>
          <p className="line">
            <VerdictBadge verdict={verdict} band={bandOf(verdict, data.run)} />
            {verdict.jobs > 1 && <span>one of {verdict.jobs} jobs of this run with this cause</span>}
          </p>
          <VerdictDetail page={data} verdict={verdict} />
        </>
      )}
      {others.length > 0 && (
        <>
          <h2>{job.case_causes.some(({ id }) => id === job.signature?.id) ? 'Other failed' : 'Failed'} test cases</h2>
          <JobCauses run={run} causes={others} said={said} />
        </>
      )}
      {failed > mostCaseCauses && (
        <p>
          Only the first {mostCaseCauses} of its {failed} failed test cases are causes; all of them are under Tests.
        </p>
      )}
    </>
  );
}
