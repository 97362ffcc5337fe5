import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { differingOf, type Facet, parseAllFacets } from '../../../../src/core/facets.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import { parseQuery, type QueryKey } from '../../../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../../../src/core/query-match.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { number } from '../../lib/format.ts';
import { type Job, jobsOf } from '../../lib/jobs.ts';
import { useKeys } from '../../lib/keys.ts';
import { preferences, usePreferences } from '../../lib/preferences.ts';
import { printList, readList } from '../../lib/url-list.ts';
import { setUrlStates, type UrlOptions, useUrlState } from '../../lib/url-state.ts';
import { timeZoneOf } from '../../lib/zone.ts';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { useNarrow } from '../../ui/narrow.ts';
import { Pane } from '../../ui/Pane.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { FilterContext } from '../../ui/Value.tsx';
import { ConfigView } from './ConfigView.tsx';
import { useCopyKeys } from './copy-keys.ts';
import { GroupDetail, JobDetail } from './Detail.tsx';
import { Failures } from './Failures.tsx';
import { selectionOf } from './failure-rows.ts';
import { type Group, groupFailures, groupingsOf } from './groups.ts';
import { Header } from './Header.tsx';
import { baseQuery } from './headline.ts';
import { JobTable } from './JobTable.tsx';
import { JobTools } from './JobTools.tsx';
import { matchableJobs, valuesOf } from './matchable.ts';
import { NoFailures } from './NoFailures.tsx';
import { MarkedJobs } from './RerunButton.tsx';

/** The page of a run, once its data has been loaded. */
export function RunView({ page }: { page: RunPage }) {
  const red = page.run.counts.fail + page.run.counts.dead;
  // Chosen once: a first failure must not change the view under the reader.
  const over = page.run.counts.running + page.run.counts.waiting + page.run.counts.queued === 0;
  const [firstView] = useState(red > 0 || over ? 'failures' : 'jobs');
  const [view] = useUrlState('view', firstView);
  const [q, setQ] = useUrlState('q', '');
  const [by, setBy] = useUrlState('group', 'signature');
  const loaded = useJobs(page, q);
  const { all, jobs, facets } = loaded;
  const groups = useMemo(() => groupFailures(jobs, page, by), [jobs, page, by]);
  const filter = useMemo(() => ({ text: q, change: (text: string) => setQ(text) }), [q, setQ]);
  const pick = (id: string) => setUrlStates({ view: id === firstView ? null : id, sel: null });
  const [, navigate] = useLocation();
  useKeys({
    '1': () => pick('failures'),
    '2': () => pick('jobs'),
    '3': () => pick('config'),
    f: () => setQ('s:fail,dead'),
    a: () => setQ(''),
    c: () => navigate(pagePath.compare(page.run.name, baseQuery(page))),
  });
  return (
    <FilterContext value={filter}>
      <Header page={page} jobs={jobs} q={q} onFilter={setQ} />
      <Tools view={view} pick={pick} q={q} setQ={setQ} groups={groups.length} total={page.run.total} loaded={loaded}>
        {view === 'failures' && red > 0 && <GroupSelect all={all} by={by} setBy={setBy} />}
        {view === 'jobs' && <JobTools facets={facets} />}
      </Tools>
      {view === 'config' && <ConfigView page={page} jobs={all} />}
      {view === 'failures' && red === 0 && <NoFailures page={page} jobs={all} />}
      {(view === 'jobs' || (view === 'failures' && red > 0)) && (
        <ListAndDetails {...{ page, all, jobs, facets, groups, view, by, q }} />
      )}
    </FilterContext>
  );
}

interface ToolsProps {
  view: string;
  pick: (view: string) => void;
  q: string;
  setQ: (q: string, options?: UrlOptions) => void;
  /** The numbers of causes and of jobs. */
  groups: number;
  total: number;
  loaded: LoadedJobs;
  children: ReactNode;
}

/** The tabs, the filter and the options of the current view. */
function Tools({ view, pick, q, setQ, groups, total, loaded, children }: ToolsProps) {
  const { all, jobs, matchable } = loaded;
  const suggest = useCallback(
    async (key: QueryKey, prefix: string, rest: string) => {
      const matches = jobMatcher(parseQuery(rest, 'jobs').query, {
        now: Date.now(),
        zone: timeZoneOf(preferences().zone),
      });
      return valuesOf(matchable().filter(matches), key, prefix);
    },
    [matchable],
  );
  const tabs = [
    { id: 'failures', label: `Failures ${groups}` },
    { id: 'jobs', label: `Jobs ${number(total)}` },
    { id: 'config', label: 'Config' },
  ];
  return (
    <div className="tools">
      <Tabs tabs={tabs} current={view} onPick={pick} />
      <FilterBox
        value={q}
        onChange={setQ}
        target="jobs"
        suggest={suggest}
        {...(q !== '' && { matched: `${number(jobs.length)} of ${number(all.length)} jobs` })}
      />
      {children}
    </div>
  );
}

interface GroupSelectProps {
  all: readonly Job[];
  by: string;
  setBy: (by: string) => void;
}

function GroupSelect({ all, by, setBy }: GroupSelectProps) {
  const groupings = useMemo(() => groupingsOf(all), [all]);
  return (
    <label className="field">
      group by{' '}
      <select value={by} onChange={(event) => setBy(event.target.value)}>
        {groupings.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

interface LoadedJobs {
  all: Job[];
  /** The jobs as filters see them, by index. */
  matchable: () => MatchableJob[];
  /** The jobs that match the filter. */
  jobs: Job[];
  /** The facets of each description, by the index of the job. */
  facets: Facet[][];
}

/** The jobs of the page, those that match the filter, and the facets of all descriptions. */
function useJobs(page: RunPage, q: string): LoadedJobs {
  const { zone } = usePreferences();
  const all = useMemo(() => jobsOf(page), [page]);
  // Built when a filter first needs it, so that the first rows do not wait for 5,000 objects.
  const matchable = useMemo(() => lazily(() => matchableJobs(all, page)), [all, page]);
  const jobs = useMemo(() => {
    if (q === '') return all;
    const matches = jobMatcher(parseQuery(q, 'jobs').query, { now: Date.now(), zone: timeZoneOf(zone) });
    const candidates = matchable();
    return all.filter((_, index) => matches(candidates[index] as MatchableJob));
  }, [all, matchable, q, zone]);
  const facets = useMemo(() => parseAllFacets(all.map(({ description }) => description)), [all]);
  return { all, matchable, jobs, facets };
}

/** Computes a value on its first use. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

interface ListProps {
  page: RunPage;
  all: readonly Job[];
  jobs: readonly Job[];
  groups: readonly Group[];
  view: string;
  by: string;
  q: string;
  facets: readonly (readonly Facet[])[];
}

/** A list and the details of the selection; without a selection those of the first cause, if there is room. */
function ListAndDetails({ page, all, jobs, facets, groups, view, by, q }: ListProps) {
  const [sel, setSel] = useUrlState('sel', '');
  const { marks, marked, mark, clear } = useMarks(all);
  const [closed, setClosed] = useState(false);
  const narrow = useNarrow(1100);
  const [, navigate] = useLocation();
  const differing = useMemo(() => lazily(() => differingOf(facets)), [facets]);
  const open = (job: Job) => navigate(pagePath.job(page.run.name, job.job_id, baseQuery(page)));
  const select = useCallback(
    (id: string) => {
      setClosed(false);
      setSel(id, { replace: true });
    },
    [setSel],
  );
  const close = () => {
    setClosed(true);
    setSel('', { replace: true });
  };
  const { group: picked, job } = selectionOf(sel, groups, all);
  const group = picked ?? (sel === '' && view === 'failures' && !narrow && !closed ? groups[0] : undefined);
  const shown = job ?? group?.jobs[0] ?? null;
  useCopyKeys(page, jobs, shown);
  useKeys({
    x: () => mark(group?.jobs ?? (job === null ? [] : [job])),
    h: () => shown && navigate(pagePath.job(page.run.name, shown.job_id, { view: 'history', ...baseQuery(page) })),
    l: () => {
      if (shown?.log_href) location.assign(shown.log_href);
    },
  });
  return (
    <>
      <MarkedJobs run={page.run} jobs={marked} onClear={clear} />
      <div className="split">
        {view === 'jobs' ? (
          <JobTable
            jobs={jobs}
            facets={facets}
            q={q}
            marks={marks}
            selected={sel || null}
            onSelect={select}
            onOpen={open}
          />
        ) : (
          <Failures
            key={by}
            page={page}
            differing={differing()}
            groups={groups}
            scope={`${by} ${q}`}
            marks={marks}
            selected={sel || null}
            onSelect={select}
            onOpen={open}
          />
        )}
        {(group || job) && (
          <Pane label={group ? 'Selected cause' : 'Selected job'} onClose={close}>
            {group ? (
              <GroupDetail page={page} group={group} differing={differing()} />
            ) : (
              job && <JobDetail page={page} job={job} differing={differing()} />
            )}
          </Pane>
        )}
      </div>
    </>
  );
}

/** The jobs that were marked, as the address says. */
function useMarks(all: readonly Job[]) {
  const [text, setText] = useUrlState('marks', '');
  const marks = useMemo(() => new Set(readList(text)), [text]);
  const marked = useMemo(() => all.filter(({ job_id }) => marks.has(job_id)), [all, marks]);
  const set = (ids: Iterable<string>) => setText(printList(ids), { replace: true });
  return {
    marks,
    marked,
    clear: () => set([]),
    /** Marks jobs, or if all of them are marked, no longer marks them. */
    mark: (jobs: readonly Job[]) => {
      const next = new Set(marks);
      const isMarked = jobs.every(({ job_id }) => marks.has(job_id));
      for (const { job_id } of jobs) {
        if (isMarked) next.delete(job_id);
        else next.add(job_id);
      }
      set([...next].slice(0, mostMarks));
    },
  };
}

/** More would make too long an address. */
const mostMarks = 200;
