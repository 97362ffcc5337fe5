import { useMemo } from 'react';
import { Link } from 'wouter';
import { changeOf } from '../../../../src/core/compare.ts';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { mostCaseCauses } from '../../../../src/core/job.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { RunTests } from '../../../../src/http/api/job-tests.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { RunConfig } from '../../../../src/http/api/run-parts.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { root, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { scheduleAgain } from '../../lib/commands.ts';
import { duration, number, plural } from '../../lib/format.ts';
import { Command } from '../../ui/Copy.tsx';
import { Empty, ErrorBox, Skeleton } from '../../ui/States.tsx';
import { StatusShape } from '../../ui/Status.tsx';
import { Facts } from '../../ui/Table.tsx';
import { Yaml } from '../../ui/Yaml.tsx';
import { partsWith } from './config-parts.ts';
import type { Group } from './groups.ts';
import type { Job } from './jobs.ts';

/** The facts of a run, and the configuration that its jobs share. */
export function ConfigView({ page, jobs }: { page: RunPage; jobs: readonly Job[] }) {
  const { run } = page;
  const lists = jobs.map((job) => new Set(parseFacets(job.description).map(facetText)));
  const common = [...(lists[0] ?? [])].filter((facet) => lists.every((list) => list.has(facet)));
  const systems = [...new Set(jobs.map((job) => job.os ?? 'unknown'))].sort();
  const nodes = new Set(jobs.flatMap((job) => job.nodes));
  const facts = [
    ['sha1', run.sha1 ?? 'unknown'],
    ['flavor', run.flavor ?? 'unknown'],
    ['priority', String(run.priority ?? 'unknown')],
    ['tags', run.tags.join(', ') || 'none'],
    ['operating systems', systems.join(', ') || 'none'],
    ['nodes', number(nodes.size)],
    ['common to all descriptions', common.join('  ') || 'none'],
  ] as const;
  return (
    <div className="body">
      <h2>Run</h2>
      <Facts rows={facts} />
      <p>
        Download: <a href={root + apiPath.runJobsFile(run.name, 'json')}>jobs as JSON</a> ·{' '}
        <a href={root + apiPath.runJobsFile(run.name, 'csv')}>jobs as CSV</a> ·{' '}
        <a href={root + apiPath.run(run.name)}>run as JSON</a>
      </p>
      {jobs.length > 0 && <CommonConfig run={run} />}
    </div>
  );
}

function CommonConfig({ run }: { run: RunItem }) {
  const { data, error, refetch } = useApi<RunConfig>(apiPath.runConfig(run.name));
  const [words, setWords] = useUrlState('find', '');
  const found = useMemo(() => partsWith(data?.common ?? {}, words), [data, words]);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton rows={10} />;
  return (
    <>
      <h2>Schedule this run again</h2>
      <Command text={scheduleAgain(run, data.common)} what="the command to schedule the same run" />
      <h2>Common configuration</h2>
      <p className="quiet">
        {data.compared === data.jobs
          ? `Settings that all ${plural(data.jobs, 'job')} have in common.`
          : `Settings that ${data.compared} of ${plural(data.jobs, 'job')}, spread evenly over the run, have in common.`}
      </p>
      <p>
        <input
          type="search"
          value={words}
          aria-label="Find in the configuration"
          placeholder="find keys and values"
          onChange={(event) => setWords(event.target.value, { replace: true })}
        />
      </p>
      {found === null ? (
        <p>No key or value contains “{words}”.</p>
      ) : (
        <Yaml value={found as RunConfig['common']} name={run.name} label="Common configuration" />
      )}
    </>
  );
}

const mostJobs = 6;

/** The failed test cases of a run, each with all jobs in which it failed. */
export function FailedCases({ page }: { page: RunPage }) {
  const { data, error, refetch } = useApi<RunTests>(apiPath.runTests(page.run.name));
  if (error !== null && data === undefined) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <div className="body" aria-busy="true" />;
  const known = new Set(page.signatures.map(({ id }) => id));
  return (
    <div className="body">
      {data.causes.length === 0 && <p>No failed test cases have been reported for this run.</p>}
      {data.causes.some(({ signature }) => signature === null) && (
        <p>
          Only the first {mostCaseCauses} failed cases of a job become causes of its failure. The others are listed here
          without a link to a cause.
        </p>
      )}
      {data.more && <p>The run has more failed cases than are listed here.</p>}
      <ul className="cases">
        {data.causes.map(({ signature, name, message, jobs }) => (
          <li key={name}>
            <span className="strong">{plural(jobs.length, 'job')}</span>
            <div>
              <Link href={pagePath.test({ name, run: page.run.name, job: jobs[0] ?? '' })}>{name}</Link>{' '}
              {signature !== null && known.has(signature) && <Link href={pagePath.cause(signature)}>cause</Link>}
              {message !== null && <p className="mono break">{message}</p>}
              <p className="line">
                {jobs.slice(0, mostJobs).map((job) => (
                  <Link key={job} href={pagePath.job(page.run.name, job, { view: 'tests' })}>
                    {job}
                  </Link>
                ))}
                {jobs.length > mostJobs && `and ${jobs.length - mostJobs} more`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The most cases of one cause to show. They differ only in numbers. */
const mostCases = 3;

/** The messages of the failed cases that are the cause of a group; nothing if the cause is not a test case. */
export function CasesOfGroup({ page, group: { id, title, jobs } }: { page: RunPage; group: Group }) {
  const isCase = jobs.some(({ case_causes }) => case_causes.some((cause) => cause.id === id));
  const { data } = useApi<RunTests>(isCase ? apiPath.runTests(page.run.name) : null);
  const cases = data?.causes.filter(({ signature }) => signature === id) ?? [];
  if (cases.length === 0) return null;
  return (
    <>
      <h2>Test case</h2>
      <ul className="plain-list">
        {cases.slice(0, mostCases).map(({ name, message, jobs: [job = ''] }) => (
          <li key={name} className="break">
            {message !== null && <pre>{message}</pre>}
            <Link href={pagePath.test({ name, run: page.run.name, job })}>
              history of {name === title ? 'this case' : name}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The summary of a finished run without failed jobs. Clients may have reported jobs with status unknown. */
function passedText(passed: number, total: number): string {
  if (passed === total) return `All ${plural(total, 'job')} passed.`;
  return `No job failed: ${number(passed)} of ${plural(total, 'job')} passed, and ${number(total - passed)} ended with an unknown status.`;
}

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
          ? passedText(counts.pass, total)
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
