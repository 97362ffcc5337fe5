import './run.css';
import { useCallback, useMemo } from 'react';
import { useLocation, useParams } from 'wouter';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../../../src/core/query-match.ts';
import type { LiveEvents, RunPage } from '../../../../src/http/api/schemas.ts';
import { useKeys } from '../../app/keys.ts';
import { useLive } from '../../app/live.ts';
import { useTitle } from '../../app/title.ts';
import { useApi } from '../../lib/api.ts';
import { type Job, readColumns } from '../../lib/columns.ts';
import { setUrlStates, useUrlState } from '../../lib/url-state.ts';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { ErrorBox, FetchLine } from '../../ui/States.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { ConfigView } from './ConfigView.tsx';
import { Detail } from './Detail.tsx';
import { Failures } from './Failures.tsx';
import { groupFailures, groupings, noveltyOf } from './groups.ts';
import { Header } from './Header.tsx';
import { JobTable } from './JobTable.tsx';

/** A run: its failures by cause, its jobs, its configuration. */
export default function RunPageView() {
  const { run = '' } = useParams<{ run: string }>();
  const { data, error, isFetching, refetch } = useApi<RunPage>(`/api/runs/${encodeURIComponent(run)}/page`);
  useLive([`run:${run}`], (type, event) => {
    if (type !== 'jobs' || (event as LiveEvents['jobs']).run === run) refetch();
  });
  const red = data === undefined ? 0 : data.run.counts.fail + data.run.counts.dead;
  useTitle(data === undefined ? run : `${red > 0 ? `${red}✕ ` : ''}${data.run.suite} @${data.run.branch}`);
  if (data === undefined) {
    return (
      <div className="head">
        <h1>{decodeURIComponent(run)}</h1>
        {error === null ? (
          <p className="quiet" aria-busy="true">
            Reading …
          </p>
        ) : (
          <ErrorBox error={error} onRetry={refetch} />
        )}
      </div>
    );
  }
  return (
    <>
      <FetchLine active={isFetching} />
      <Loaded page={data} />
    </>
  );
}

function Loaded({ page }: { page: RunPage }) {
  const red = page.run.counts.fail + page.run.counts.dead;
  const [view, setView] = useUrlState('view', red > 0 ? 'failures' : 'jobs');
  const [q, setQ] = useUrlState('q', '');
  const [sort, setSort] = useUrlState('sort', '');
  const [by, setBy] = useUrlState('group', 'signature');
  const [sel, setSel] = useUrlState('sel', '');
  const [, navigate] = useLocation();
  const all = useMemo(() => readColumns(page), [page]);
  const matchable = useMemo(() => all.map((job) => matchableJob(job, page)), [all, page]);
  const jobs = useMemo(() => {
    if (q === '') return all;
    const matches = jobMatcher(parseQuery(q, 'jobs').query, Date.now());
    return all.filter((_, index) => matches(matchable[index] as MatchableJob));
  }, [all, matchable, q]);
  const groups = useMemo(() => groupFailures(jobs, page, by), [jobs, page, by]);
  const open = (job: Job) => navigate(`/runs/${page.run.name}/jobs/${encodeURIComponent(job.jobId)}`);
  const select = useCallback((id: string) => setSel(id, { replace: true }), [setSel]);
  useKeys({
    '1': () => setView('failures'),
    '2': () => setView('jobs'),
    '3': () => setView('config'),
    f: () => setQ('s:fail,dead'),
    a: () => setQ(''),
    c: () => navigate(`/runs/${page.run.name}/compare`),
  });
  const suggest = useCallback(async (key: string, prefix: string) => valuesOf(matchable, key, prefix), [matchable]);
  const group =
    groups.find(({ id }) => `group:${id}` === sel) ?? (sel === '' && view === 'failures' ? groups[0] : undefined);
  const job = group ? group.jobs[0] : all.find(({ jobId }) => jobId === sel.split('@')[0]);
  const tabs = [
    { id: 'failures', label: `Failures (${groups.length})` },
    { id: 'jobs', label: `Jobs (${page.run.total.toLocaleString('en')})` },
    { id: 'config', label: 'Config' },
  ];
  return (
    <>
      <Header page={page} q={q} onFilter={setQ} />
      <div className="tools">
        <Tabs tabs={tabs} current={view} onPick={(id) => setUrlStates({ view: id, sel: null })} />
        <FilterBox
          value={q}
          onChange={setQ}
          target="jobs"
          suggest={suggest}
          matched={q === '' ? undefined : `${jobs.length} of ${all.length} jobs`}
        />
        {view === 'failures' && (
          <label>
            by{' '}
            <select value={by} onChange={(event) => setBy(event.target.value)}>
              {groupings.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {view === 'config' ? (
        <ConfigView page={page} jobs={all} />
      ) : (
        <div className="split">
          <div className="list">
            {view === 'jobs' ? (
              <JobTable jobs={jobs} sort={sort} onSort={setSort} selected={sel} onSelect={select} onOpen={open} />
            ) : red === 0 ? (
              <p className="state">
                {page.run.total === 0 ? 'No job has been reported yet.' : 'No failure. The jobs are in the second tab.'}
              </p>
            ) : (
              <Failures page={page} jobs={jobs} by={by} selected={sel || null} onSelect={select} onOpen={open} />
            )}
          </div>
          {job && (
            <Detail page={page} job={job} group={group ? { title: group.title, size: group.jobs.length } : null} />
          )}
        </div>
      )}
    </>
  );
}

function matchableJob(job: Job, page: RunPage): MatchableJob {
  const { run } = page;
  const is = new Set<string>();
  if (job.status === 'running' || job.status === 'waiting') is.add('live');
  const { badge } = noveltyOf(job.signature, page);
  if (badge !== null && job.signature !== null) is.add(badge.toLowerCase());
  return {
    ...job,
    job_id: job.jobId,
    suite: run.suite,
    branch: run.branch,
    user: run.user,
    machine_type: run.machine_type,
    flavor: run.flavor,
    sha1: run.sha1,
    priority: run.priority,
    scheduled: run.scheduled,
    signature: job.signature?.id ?? null,
    kind: job.signature?.kind ?? null,
    is,
  };
}

/** Values of a key among the jobs that are loaded, most frequent first. */
function valuesOf(jobs: readonly MatchableJob[], key: string, prefix: string): { value: string; count: number }[] {
  const read: Record<string, (job: MatchableJob) => readonly (string | null)[]> = {
    s: (job) => [job.status],
    status: (job) => [job.status],
    os: (job) => [job.os],
    node: (job) => job.nodes,
    kind: (job) => [job.kind],
    sig: (job) => [job.signature],
    is: (job) => [...job.is],
    f: (job) => parseFacets(job.description ?? '').map(facetText),
  };
  const counts = new Map<string, number>();
  for (const job of jobs) {
    for (const value of read[key]?.(job) ?? [])
      if (value?.startsWith(prefix)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  return values.sort((a, b) => b.count - a.count).slice(0, 20);
}
