import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { differingOf } from '../../../../src/core/facets.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import type { LiveEvents } from '../../../../src/http/api/events.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import { setUrlStates, type UrlOptions, usePathParts, useTitle, useUrlChoice, useUrlState } from '../../lib/address.ts';
import { useApi, usePatch } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { matcherOf, preferences } from '../../lib/preferences.ts';
import { Select } from '../../ui/Choices.tsx';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { useNarrow } from '../../ui/narrow.ts';
import { Pane } from '../../ui/Pane.tsx';
import { ErrorBox, FetchLine, NotFound, Skeleton } from '../../ui/States.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { FilterContext } from '../../ui/Value.tsx';
import { WithoutTerms } from '../../ui/Without.tsx';
import { GroupDetail, JobDetail } from './Detail.tsx';
import { Failures } from './Failures.tsx';
import { selectionOf } from './failure-rows.ts';
import { type Group, groupFailures, groupingsOf } from './groups.ts';
import { Header, useCopyKeys } from './Header.tsx';
import { baseQuery, runTitle } from './headline.ts';
import { JobTable, JobTools } from './JobTable.tsx';
import type { Parts } from './jobs.ts';
import { type Job, valuesOf } from './jobs.ts';
import { MarkedJobs, useMarks } from './Rerun.tsx';
import { Frozen } from './Review.tsx';
import { type Patch, withTold } from './triage.ts';
import { type LoadedJobs, lazily, useJobs, useParts } from './use-jobs.ts';
import { useListTriage } from './use-triage.ts';
import { ConfigView, FailedCases, NoFailures } from './Views.tsx';
import './run.css';

/** A run: its failures by cause, its jobs, its configuration. */
export default function RunPageView() {
  const [, run = ''] = usePathParts();
  const [base] = useUrlState('base', '');
  const [at] = useUrlState('at', '');
  const path = apiPath.runPage(run, { base, at });
  const { data, error, isFetching, refetch } = useApi<RunPage>(path);
  const read = useThrottled(refetch);
  const show = usePatch<RunPage>(path);
  const patch: Patch = (change) => {
    // If a request was cancelled, the page is read again. Otherwise it is read again when the server reports the change.
    if (show(change)) read();
  };
  useLive(`run:${run}`, (type, event) => {
    const isOfRun = type !== 'jobs' || (event as LiveEvents['jobs']).run === run;
    if (isOfRun && type !== 'decisions') read();
  });
  useLive('decisions', (type, event) => {
    // After a reset, the other listener reads the page. Decisions of an earlier time never change.
    if (type !== 'decisions' || at !== '') return;
    const told = event as LiveEvents['decisions'];
    if (!data?.signatures.some(({ id }) => told.names.includes(id))) return;
    let isTold = true;
    patch((page) => {
      const next = withTold(page, told);
      isTold = next !== null;
      return next ?? page;
    });
    if (!isTold) read();
  });
  useTitle(data === undefined ? run : runTitle(data.run));
  if (data !== undefined) {
    return (
      <>
        <FetchLine active={isFetching} />
        {error && <ErrorBox error={error} onRetry={refetch} />}
        <RunView key={data.run.name} page={data} patch={patch} />
      </>
    );
  }
  if (error?.status === 404) return <NotFound what={`run ${run}`} nearest={error.nearest} />;
  return (
    <>
      <div className="head">
        <h1>{run}</h1>
        {error && <ErrorBox error={error} onRetry={refetch} />}
      </div>
      {!error && <Skeleton rows={20} />}
    </>
  );
}

const views = ['failures', 'jobs', 'config'];

/** The page of a run whose data has been loaded. */
function RunView({ page, patch }: { page: RunPage; patch: Patch }) {
  const red = page.run.counts.fail + page.run.counts.dead;
  // Determined only once, so that the first failure does not change the view while a user reads.
  const over = page.run.counts.running + page.run.counts.waiting + page.run.counts.queued === 0;
  const [firstView] = useState(red > 0 || over ? 'failures' : 'jobs');
  const [view] = useUrlChoice('view', red > 0 ? [...views, 'cases'] : views, firstView);
  const [q, setQ] = useUrlState('q', '');
  const [by, setBy] = useUrlState('group', 'signature');
  const [cols] = useUrlState('cols', '');
  const parts = useParts(page.run.name, q, cols);
  const loaded = useJobs(page, q, parts);
  const { all, jobs, facets } = loaded;
  const groups = useMemo(() => groupFailures(jobs, page, by), [jobs, page, by]);
  const filter = useMemo(() => ({ text: q, change: (text: string) => setQ(text) }), [q, setQ]);
  const pick = (id: string) => setUrlStates({ view: id === firstView ? null : id, sel: null });
  const [, navigate] = useLocation();
  useKeys({
    '1': () => pick('failures'),
    '2': () => pick('jobs'),
    '3': () => pick('config'),
    '4': () => red > 0 && pick('cases'),
    f: () => setQ('s:fail,dead'),
    a: () => setQ(''),
    c: () => navigate(pagePath.compare(page.run.name, baseQuery(page))),
  });
  return (
    <FilterContext value={filter}>
      <Frozen page={page} />
      <Header page={page} patch={patch} jobs={jobs} q={q} onFilter={setQ} />
      <Tools {...{ view, pick, q, setQ, loaded }} groups={groups.length} total={page.run.total} hasFailed={red > 0}>
        {view === 'failures' && red > 0 && <GroupSelect all={all} by={by} setBy={setBy} />}
        {view === 'jobs' && <JobTools facets={facets} />}
      </Tools>
      {view === 'config' && <ConfigView page={page} jobs={all} />}
      {view === 'cases' && <FailedCases page={page} />}
      {view === 'failures' && red === 0 && <NoFailures page={page} jobs={all} />}
      {(view === 'jobs' || view === 'failures') && q !== '' && jobs.length === 0 && (
        <WithoutTerms
          {...{ q, setQ }}
          count={(rest) => `: ${number(loaded.count(rest))}`}
          title={`0 of ${plural(all.length, 'job')} match`}
        />
      )}
      {(view === 'jobs' || (view === 'failures' && red > 0)) && !(q !== '' && jobs.length === 0) && (
        <ListAndDetails {...{ page, patch, loaded, groups, view, by, q, parts }} />
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
  hasFailed: boolean;
  loaded: LoadedJobs;
  children: ReactNode;
}

function Tools({ view, pick, q, setQ, groups, total, hasFailed, loaded, children }: ToolsProps) {
  const { all, jobs, matchable } = loaded;
  const suggest = useCallback(
    async (key: QueryKey, prefix: string, rest: string) =>
      valuesOf(matchable().filter(matcherOf(rest, preferences().zone)), key, prefix),
    [matchable],
  );
  const tabs = {
    ...{ failures: `Failures ${groups}`, jobs: `Jobs ${number(total)}`, config: 'Config' },
    ...(hasFailed && { cases: 'Failed cases' }),
  };
  return (
    <div className="tools run-tools">
      <Tabs tabs={tabs} current={view} onPick={pick} />
      {(view === 'jobs' || view === 'failures') && (
        <FilterBox
          value={q}
          onChange={setQ}
          target="jobs"
          suggest={suggest}
          {...(q !== '' && { matched: `${number(jobs.length)} of ${number(all.length)} jobs` })}
        />
      )}
      {children}
    </div>
  );
}

function GroupSelect({ all, by, setBy }: { all: readonly Job[]; by: string; setBy: (by: string) => void }) {
  const groupings = useMemo(() => groupingsOf(all), [all]);
  return <Select className="field" label="group by" value={by} values={groupings} onChange={setBy} />;
}

interface ListProps {
  page: RunPage;
  patch: Patch;
  loaded: LoadedJobs;
  groups: readonly Group[];
  view: string;
  by: string;
  q: string;
  parts: Parts;
}

/** The selection, which the URL stores, and whether the details were closed. */
function useSelection() {
  const [sel, setSel] = useUrlState('sel', '');
  const [closed, setClosed] = useState(false);
  // On a phone, where the details cover the page, the back button returns to the list.
  const covers = useNarrow() && sel === '';
  const added = useRef(false);
  const select = useCallback(
    (id: string) => {
      setClosed(false);
      added.current ||= covers;
      setSel(id, { replace: !covers });
    },
    [setSel, covers],
  );
  const close = () => {
    setClosed(true);
    // The list is the entry before in the history of the browser: a second one would make the back button seem to do nothing.
    if (added.current) history.back();
    else setSel('', { replace: true });
    added.current = false;
  };
  return { sel, closed, select, close };
}

/** A list and the details of the selection. Without a selection, the details of the first cause are shown if there is room. */
function ListAndDetails({ page, patch, loaded, groups, view, by, q, parts }: ListProps) {
  const { all, jobs, facets } = loaded;
  const { sel, closed, select, close } = useSelection();
  const { marks, marked, mark, clear } = useMarks(all);
  const narrow = useNarrow(1100);
  const [, navigate] = useLocation();
  const differing = useMemo(() => lazily(() => differingOf(facets)), [facets]);
  const open = (job: Job) => navigate(pagePath.job(page.run.name, job.job_id, baseQuery(page)));
  const { group: picked, job } = selectionOf(sel, groups, all);
  const group = picked ?? (sel === '' && view === 'failures' && !narrow && !closed ? groups[0] : undefined);
  const shown = job ?? group?.jobs[0] ?? null;
  useCopyKeys(page, jobs, shown);
  const { rows, triage } = useListTriage({ page, patch, groups, group: group ?? null, job, select });
  useKeys({
    x: () => mark(group?.jobs ?? (job === null ? [] : [job])),
    h: () => shown && navigate(pagePath.job(page.run.name, shown.job_id, { view: 'history', ...baseQuery(page) })),
    l: () => shown?.log_href && location.assign(shown.log_href),
  });
  const list = { marks, selected: sel || null, onSelect: select, onOpen: open };
  return (
    <>
      <MarkedJobs run={page.run} jobs={marked} onClear={clear} />
      <div className="split">
        {view === 'jobs' ? (
          <JobTable {...{ jobs, facets, parts, q }} {...list} />
        ) : (
          <Failures
            key={by}
            {...{ page, groups, triage }}
            shown={rows}
            differing={differing()}
            scope={`${by} ${q}`}
            {...list}
          />
        )}
        {(group || job) && (
          <Pane label={group ? 'Selected cause' : 'Selected job'} onClose={close}>
            {group ? (
              <GroupDetail page={page} group={group} differing={differing()} triage={triage} />
            ) : (
              job && <JobDetail page={page} job={job} differing={differing()} />
            )}
          </Pane>
        )}
      </div>
    </>
  );
}
