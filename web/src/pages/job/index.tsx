import { useMemo } from 'react';
import { Link } from 'wouter';
import { isFailing } from '../../../../src/core/compare.ts';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { JobPage } from '../../../../src/http/api/job-page-schema.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { useLive } from '../../app/live.ts';
import { useTitle } from '../../app/title.ts';
import { useApi } from '../../lib/api.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { useThrottled } from '../../lib/throttle.ts';
import { usePathParts, useUrlState } from '../../lib/url-state.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { OutLink } from '../../ui/OutLink.tsx';
import { ErrorBox, FetchLine, NotFound } from '../../ui/States.tsx';
import { Status } from '../../ui/Status.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Time } from '../../ui/Time.tsx';
import { Yaml } from '../../ui/Yaml.tsx';
import { earlierThan, failedSentence, streakOf } from './history-facts.ts';
import { JobVerdict } from './verdict.tsx';

/** A job: its failure, its configuration, and the history of its description. */
export default function JobPageView() {
  const [, run = '', , job = ''] = usePathParts();
  const [view, setView] = useUrlState('view', 'overview');
  const [scope, setScope] = useUrlState('scope', 'branch');
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
  const tabs = [
    { id: 'overview', label: 'Overview' },
    { id: 'config', label: 'Config' },
    { id: 'history', label: `History (${data.history.length})` },
  ];
  return (
    <>
      <FetchLine active={isFetching} />
      <JobHeader page={data} />
      <div className="tools">
        <Tabs tabs={tabs} current={view} onPick={setView} />
        {view === 'history' && (
          <label>
            history of{' '}
            <select value={scope} onChange={(event) => setScope(event.target.value)}>
              <option value="branch">this branch</option>
              <option value="all">all branches</option>
              <option value="sha1">the same sha1</option>
            </select>
          </label>
        )}
      </div>
      {view === 'config' ? (
        <div className="body">
          <Yaml value={data.config} name={`${run}-${job}`} label="Configuration of the job" />
        </div>
      ) : null}
      {view === 'history' ? <JobHistory history={data.history} /> : null}
      {view === 'overview' ? <Overview page={data} /> : null}
    </>
  );
}

function JobHeader({ page: { run, job, links, before, after } }: { page: JobPage }) {
  return (
    <header className="head">
      <div className="line spread">
        <span className="line">
          {before !== null && <Link href={pagePath.job(run.name, before)}>◂ previous job</Link>}
          {after !== null && <Link href={pagePath.job(run.name, after)}>next job ▸</Link>}
        </span>
        <Link href={pagePath.run(run.name)}>{run.name}</Link>
      </div>
      <div className="line">
        <h1>
          <Status status={job.status} word /> {job.job_id}
        </h1>
        <span>{duration(job.duration)}</span>
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
        <span>
          started <Time at={job.started} />
        </span>
      </div>
      <div className="line">
        {links.map((link) => (
          <OutLink key={link.name} {...link} />
        ))}
      </div>
    </header>
  );
}

function Overview({ page: { job, roles, history } }: { page: JobPage }) {
  const failed = isFailing(job.status);
  return (
    <div className="body">
      {failed && (
        <>
          <h2>
            Failure reason {job.failure_reason !== null && <Copy text={job.failure_reason} label="failure reason" />}
          </h2>
          {job.signature !== null && (
            <p>
              <span className="badge">{job.signature.kind}</span> <span className="badge">{job.signature.class}</span>{' '}
              <span className="strong">{job.signature.title}</span>
            </p>
          )}
          <pre tabIndex={0} role="region" aria-label="Failure reason">
            {job.failure_reason ?? 'No reason was recorded. The log may tell more.'}
          </pre>
          <JobVerdict job={job} />
        </>
      )}
      <h2>History</h2>
      <p>
        <HistoryStrip history={history} />
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
  );
}

function HistoryStrip({ history }: { history: JobItem[] }) {
  const sentence = failedSentence(history);
  const cells = history.toReversed().map(({ status, run }) => ({ status, title: `${status}: ${run}` }));
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
  return earlierThan(job, history).length === 0 ? null : <p>It passed in none of these runs.</p>;
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

function JobHistory({ history }: { history: JobItem[] }) {
  const columns = useMemo(
    (): Column<JobItem>[] => [
      { id: 'status', title: 'Status', width: '90px', cell: ({ status }) => <Status status={status} word /> },
      { id: 'run', title: 'Run', width: 'minmax(240px, 2fr)', text: ({ run }) => run, cell: ({ run }) => run },
      { id: 'job', title: 'Job', width: '90px', cell: ({ job_id }) => job_id },
      { id: 'branch', title: 'Branch', width: '140px', text: ({ branch }) => branch, cell: ({ branch }) => branch },
      { id: 'sha1', title: 'sha1', width: '80px', cell: ({ sha1 }) => <code>{shortSha1(sha1)}</code> },
      { id: 'os', title: 'OS', width: '110px', cell: ({ os }) => os },
      { id: 'time', title: 'Time', width: '70px', align: 'right', cell: (job) => duration(job.duration) },
      {
        id: 'cause',
        title: 'Cause',
        width: 'minmax(160px, 2fr)',
        text: ({ signature }) => signature?.title ?? '',
        cell: ({ signature }) => <span className="mono">{signature?.title ?? ''}</span>,
      },
      { id: 'posted', title: 'Posted', width: '110px', cell: ({ posted }) => <Time at={posted} /> },
    ],
    [],
  );
  return (
    <Grid<JobItem>
      rows={history}
      columns={columns}
      rowKey={({ run, job_id }) => `${run}/${job_id}`}
      rowHref={({ run, job_id }) => pagePath.job(run, job_id)}
      label="Jobs with the same description"
      emptyText="No other jobs have this description."
      mobile={(job) => (
        <>
          <span className="two">
            <Status status={job.status} /> {job.run}
          </span>
          <span className="two mono">{job.signature?.title ?? job.job_id}</span>
        </>
      )}
    />
  );
}
