import { Fragment } from 'react';
import { Link, useLocation } from 'wouter';
import { isFailing } from '../../../../src/core/compare.ts';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { JobPage } from '../../../../src/http/api/job-page.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { usePathParts, useTitle, useUrlChoice, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { shortSha1, traitsOf } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Strip } from '../../ui/Bar.tsx';
import { Select } from '../../ui/Choices.tsx';
import { Copy, copyWithToast } from '../../ui/Copy.tsx';
import { FailureReason, ReadLog } from '../../ui/Excerpt.tsx';
import { ErrorBox, FetchLine, NotFound } from '../../ui/States.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Yaml } from '../../ui/Yaml.tsx';
import { JobFacts, JobVerdict, Siblings } from './facts.tsx';
import { JobHeader, placeIn } from './header.tsx';
import { JobHistory } from './history.tsx';
import { earlierThan, failedSentence, streakOf } from './history-facts.ts';
import { JobTestsView } from './tests.tsx';
import './job.css';

/** A job: its failure, its configuration, and the history of its description. */
export default function JobPageView() {
  const [, run = '', , job = ''] = usePathParts();
  const [scope] = useUrlState('scope', 'branch');
  const path = apiPath.job(run, job, { scope });
  const { data, error, isFetching, refetch } = useApi<JobPage>(path);
  useLive(`run:${run}`, useThrottled(refetch));
  useTitle(`${data?.job.status ?? ''} ${job}`.trim());
  if (error?.status === 404 && data === undefined) {
    return <NotFound what={`job ${job} of run ${run}`} nearest={error.nearest} />;
  }
  if (data === undefined) {
    return (
      <div className="head">
        <h1>Job {job}</h1>
        {error === null ? (
          <p className="quiet" aria-busy="true">
            Loading…
          </p>
        ) : (
          <ErrorBox error={error} onRetry={refetch} />
        )}
      </div>
    );
  }
  return <LoadedJob page={data} isFetching={isFetching} />;
}

function LoadedJob({ page: data, isFetching }: { page: JobPage; isFetching: boolean }) {
  const [scope, setScope] = useUrlState('scope', 'branch');
  const tabs = {
    ...{ overview: 'Overview', config: 'Config', history: `History (${data.history.length})` },
    ...(data.tests !== null && { tests: `Tests (${testCount(data.tests)})` }),
  };
  const [view, setView] = useUrlChoice('view', Object.keys(tabs), 'overview');
  useJobKeys(data, setView);
  return (
    <>
      <FetchLine active={isFetching} />
      <JobHeader page={data} />
      <div className="tools">
        <Tabs tabs={tabs} current={view} onPick={setView} />
        {view === 'history' && (
          <Select
            label="history of"
            value={scope}
            values={Object.keys(scopes)}
            print={(name) => scopes[name] ?? name}
            onChange={setScope}
          />
        )}
      </div>
      {view === 'config' && (
        <div className="body">
          <Yaml value={data.config} name={`${data.run.name}-${data.job.job_id}`} label="Configuration of the job" />
        </div>
      )}
      {view === 'tests' && <JobTestsView run={data.run.name} job={data.job.job_id} />}
      {view === 'history' && <JobHistory current={data.job} history={data.history} />}
      {view === 'overview' && <Overview page={data} />}
    </>
  );
}

const scopes: Record<string, string> = { branch: 'this branch', all: 'all branches', sha1: 'the same sha1' };

function testCount(counts: NonNullable<JobPage['tests']>): number {
  return counts.pass + counts.fail + counts.error + counts.skipped;
}

/** The same keys as on the page of the run: tabs, history, log, copying, and the next or previous job with the same cause. */
function useJobKeys({ run, job, links, siblings, tests }: JobPage, setView: (view: string) => void): void {
  const [, navigate] = useLocation();
  const place = placeIn(siblings.jobs, job.job_id);
  const [base] = useUrlState('base', '');
  const go = (id: string | null | undefined) => id != null && navigate(pagePath.job(run.name, id, { base }));
  const log = links.find(({ name }) => name === 'log');
  useKeys({
    '1': () => setView('overview'),
    '2': () => setView('config'),
    '3': () => setView('history'),
    '4': () => tests !== null && setView('tests'),
    h: () => setView('history'),
    l: () => {
      if (log !== undefined) location.assign(log.href);
    },
    n: () => void go(place?.after),
    N: () => void go(place?.before),
    'y d': () => void (job.description && copyWithToast(job.description, 'the description')),
    'y r': () => void (job.failure_reason && copyWithToast(job.failure_reason, 'the failure reason')),
  });
}

function Overview({ page }: { page: JobPage }) {
  const { job, roles, history } = page;
  const failed = isFailing(job.status);
  return (
    <div className="body job-body">
      <div>
        {failed && (
          <>
            <FailureReason reason={job.failure_reason}>
              {job.signature !== null && (
                <p>
                  {traitsOf(job.signature).map((trait) => (
                    <Fragment key={trait}>
                      <span className="badge">{trait}</span>{' '}
                    </Fragment>
                  ))}
                  <span className="strong break">{job.signature.title}</span>
                </p>
              )}
            </FailureReason>
            <JobVerdict page={page} />
            <ReadLog run={page.run.name} job={job.job_id} log={page} />
          </>
        )}
        <h2>History</h2>
        <p>
          <HistoryStrip current={job} history={history} />
        </p>
        {failed && <FailingSince job={job} history={history} />}
        <h2>Description {job.description !== null && <Copy text={job.description} label="description" />}</h2>
        <p className="facets">
          {parseFacets(job.description).map((facet) => (
            <code key={facetText(facet)} className="chip">
              {facetText(facet)}
            </code>
          ))}
          {job.description === null && 'none reported'}
        </p>
        <h2>Nodes and roles</h2>
        <ul>
          {(roles.length > 0 ? roles : job.nodes.map((node) => ({ node, roles: [] as string[] }))).map(
            ({ node, roles }) => (
              <li key={node}>
                <Link href={pagePath.node(node)}>{node}</Link> {roles.join(' ')}
              </li>
            ),
          )}
          {roles.length === 0 && job.nodes.length === 0 && <li>none reported</li>}
        </ul>
      </div>
      <div>
        <Siblings page={page} />
        <h2>Facts</h2>
        <JobFacts page={page} />
      </div>
    </div>
  );
}

function HistoryStrip({ current, history }: { current: JobItem; history: JobItem[] }) {
  const sentence = failedSentence(history);
  const cells = history.toReversed().map(({ status, run, job_id }) => {
    const isCurrent = run === current.run && job_id === current.job_id;
    return { status, title: `${status}: ${run}${isCurrent ? ' (this job)' : ''}`, current: isCurrent };
  });
  return (
    <>
      <Strip cells={cells} sentence={sentence} /> <span aria-hidden="true">{sentence}</span>
    </>
  );
}

/** The last run in which this description passed, and the first run after it in which it failed. */
function FailingSince({ job, history }: { job: JobItem; history: JobItem[] }) {
  const streak = streakOf(job, history);
  if (streak !== null) {
    return (
      <p>
        Last passed in <RunAt job={streak.lastPass} />, first failed in <RunAt job={streak.firstFailure} />.
      </p>
    );
  }
  return earlierThan(job, history).length === 0 ? null : <p>It did not pass in any of these runs.</p>;
}

function RunAt({ job }: { job: JobItem }) {
  return (
    <>
      <Link href={pagePath.job(job.run, job.job_id)}>{job.run}</Link>
      {job.sha1 !== null && (
        <>
          {' '}
          at <code>{shortSha1(job.sha1)}</code>
        </>
      )}
    </>
  );
}
