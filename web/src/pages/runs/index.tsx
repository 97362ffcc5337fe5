import { useCallback, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import { indexOfTerm, toggleTerm } from '../../../../src/core/query-print.ts';
import type { RunList, Suggestions } from '../../../../src/http/api/lists.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { root, useTitle, useUrlSet, useUrlState } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { middleTruncate, number, plural, type Zone } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { preferences, usePreferences, useZoneParameter, zoneParameter } from '../../lib/preferences.ts';
import { Counts } from '../../ui/Bar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Choices.tsx';
import { Command } from '../../ui/Copy.tsx';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { Grid } from '../../ui/Grid.tsx';
import { type RowGroup, shownColumns } from '../../ui/grid-columns.ts';
import { ColumnChooser } from '../../ui/Popover.tsx';
import { Empty, Loaded } from '../../ui/States.tsx';
import { useMinute } from '../../ui/Time.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { FilterContext } from '../../ui/Value.tsx';
import { WithoutTerms } from '../../ui/Without.tsx';
import { MobileRun, runColumns } from './columns.tsx';
import { compareInOrder, defaultSort, type Grouping, groupings, oneSort, type RunsRow, runRows } from './run-facts.ts';
import { type Runs, useRuns } from './use-runs.ts';
import './runs.css';

/** The list of runs. */
export default function RunsPage() {
  const [q, setQ] = useUrlState('q', '');
  const [sort, setSort] = useUrlState('sort', defaultSort);
  const [hold, setHold] = useState(false);
  const runs = useRuns(q, sort === defaultSort ? '' : sort, hold);
  useTitle(runs.first ? `${plural(runs.first.total, 'run')}${q ? ` · ${q}` : ''}` : 'Runs');
  const filter = useMemo(() => ({ text: q, change: (text: string) => setQ(text) }), [q, setQ]);
  return (
    <FilterContext value={filter}>
      <section className="page-head">
        <h1>Runs</h1>
        <RunsToolbar q={q} setQ={setQ} first={runs.first} sort={sort} />
      </section>
      <Loaded of={{ ...runs, data: runs.first }} rows={20}>
        {() => <RunsList {...{ runs, q, sort, setSort, setQ }} onHold={setHold} />}
      </Loaded>
    </FilterContext>
  );
}

interface ListProps {
  runs: Runs;
  q: string;
  sort: string;
  setSort: (sort: string) => void;
  setQ: (q: string) => void;
  onHold: (hold: boolean) => void;
}

function RunsList({ runs, q, sort, setSort, setQ, onHold }: ListProps) {
  const now = useMinute();
  const { zone } = usePreferences();
  const [cols] = useUrlState('cols', '');
  const [group] = useUrlState('group', sort.includes('scheduled') ? 'day' : 'none');
  const grouping = groupings.includes(group as Grouping) ? (group as Grouping) : null;
  const byDay = grouping === 'day';
  const columns = useMemo(() => shownColumns(runColumns(now, byDay), cols), [now, byDay, cols]);
  const marks = useMarks(runs.rows);
  const { rows, groupOf } = useRunRows(runs.rows, grouping, marks.marked, zone, now);
  if (runs.rows.length === 0) return <NoRuns q={q} setQ={setQ} />;
  return (
    <>
      <UpdatesPill waiting={runs.waiting} onApply={runs.apply} />
      <Grid<RunsRow>
        label="Runs"
        rows={rows}
        columns={columns}
        rowKey={(row) => (row.kind === 'run' ? row.run.name : row.key)}
        rowHref={(row) => (row.kind === 'run' ? pagePath.run(row.run.name) : '')}
        rowClass={(row) => (row.kind === 'group' ? 'runs-group' : row.marked ? 'runs-row-marked' : '')}
        sort={sort}
        onSort={(next) => setSort(oneSort(next))}
        onHold={onHold}
        mobile={(row) => <MobileRun row={row} now={now} />}
        mobileLines={(row) => (row.kind === 'group' ? 1 : 2)}
        emptyText="No runs"
        {...(groupOf && { groupOf })}
      />
      <RunsFooter runs={runs} marked={marks.marked} onClear={marks.clear} />
    </>
  );
}

/** Runs marked with x; two of them can be compared with c. */
function useMarks(runs: readonly RunItem[]) {
  const [marked, setMarked] = useState<readonly string[]>([]);
  const [, navigate] = useLocation();
  const clear = useCallback(() => setMarked([]), []);
  useKeys({
    x: () => {
      const name = focusedRun(runs);
      if (name === null) return;
      setMarked((names) => (names.includes(name) ? names.filter((one) => one !== name) : [...names, name].slice(-2)));
    },
    c: () => {
      if (marked.length === 2) navigate(compareInOrder(runs, marked));
    },
  });
  return { marked, clear };
}

/** The run of the focused row, which is identified by the link in the row. */
function focusedRun(runs: readonly RunItem[]): string | null {
  const row = document.activeElement?.closest('.grid-row') ?? document.querySelector('.grid-row[tabindex="0"]');
  const address = row?.querySelector<HTMLAnchorElement>('a.row-link, a.runs-suite')?.getAttribute('href') ?? '';
  return runs.find(({ name }) => address.endsWith(pagePath.run(name)))?.name ?? null;
}

/** The rows of the list. The URL stores the closed groups. */
function useRunRows(
  runs: readonly RunItem[],
  grouping: Grouping | null,
  marked: readonly string[],
  zone: Zone,
  now: number,
): { rows: RunsRow[]; groupOf: ((row: RunsRow) => RowGroup) | undefined } {
  const { set: closed, toggle } = useUrlSet('closed');
  const rows = useMemo(
    () => runRows(runs, { grouping, closed, marked, zone, now }),
    [runs, grouping, closed, marked, zone, now],
  );
  const groupOf = useCallback(
    (row: RunsRow): RowGroup => {
      if (row.kind === 'run') return { level: 2 };
      return { level: 1, expanded: row.open, onToggle: () => toggle(row.key) };
    },
    [toggle],
  );
  return { rows, groupOf: grouping === null ? undefined : groupOf };
}

function RunsFooter({ runs, marked, onClear }: { runs: Runs; marked: readonly string[]; onClear: () => void }) {
  const { first, rows, loadMore, isFetching } = runs;
  if (!first) return null;
  const jobs = Object.values(first.counts).reduce((sum, count) => sum + count, 0);
  return (
    <footer className="runs-footer">
      <span>
        1–{number(rows.length)} of {number(first.total)}
      </span>
      {loadMore && (
        <Button onClick={loadMore} disabled={isFetching}>
          Load more
        </Button>
      )}
      <span className="runs-totals">
        <span className="quiet">
          all {plural(first.total, 'run')}, {plural(jobs, 'job')}:
        </span>{' '}
        <Counts counts={first.counts} />
      </span>
      {marked.length > 0 && (
        <span>
          {marked.length === 2 ? (
            <Link className="button" href={compareInOrder(rows, marked)}>
              Compare the marked runs
            </Link>
          ) : (
            <span className="quiet">
              marked: {middleTruncate(marked[0] ?? '', 40)}; mark another run with x to compare
            </span>
          )}{' '}
          <Button onClick={onClear}>Clear</Button>
        </span>
      )}
    </footer>
  );
}

/** An empty list. If a filter is set, shows how many runs would match without each of its terms. */
function NoRuns({ q, setQ }: { q: string; setQ: (q: string) => void }) {
  const { data: all } = useApi<RunList>(q === '' ? null : apiPath.runs({ limit: '1' }));
  if (q === '') {
    return (
      <Empty
        title="No runs yet. To schedule one, run:"
        command="teuthology-suite --suite smoke --machine-type MACHINE_TYPE"
      >
        <p>To explore the dashboard with three weeks of made-up runs:</p>
        <Command text="npm run demo" what="command" />
      </Empty>
    );
  }
  const title = all ? `0 of ${plural(all.total, 'run')} match` : 'No matching runs';
  return <WithoutTerms q={q} setQ={setQ} count={(rest) => <Matching q={rest} />} title={title} />;
}

function Matching({ q }: { q: string }) {
  const { data } = useApi<RunList>(apiPath.runs({ q, tz: useZoneParameter(q), limit: '1' }));
  return data && `: ${number(data.total)}`;
}

interface ToolbarProps {
  q: string;
  setQ: (q: string, options?: { replace?: boolean }) => void;
  first: RunList | undefined;
  sort: string;
}

const columns = runColumns(0);

/** The filter, shortcuts for common filters, and the options of the list. */
function RunsToolbar({ q, setQ, first, sort }: ToolbarProps) {
  const fileParameters = { q, tz: useZoneParameter(q), sort: sort === defaultSort ? '' : sort };
  return (
    <div className="toolbar">
      <FilterBox
        value={q}
        onChange={setQ}
        target="runs"
        suggest={suggest}
        {...(first && { matched: plural(first.total, 'run') })}
      />
      <QuickChips q={q} setQ={setQ} />
      <GroupSelect sort={sort} />
      <ColumnChooser columns={columns} />
      <span className="quiet runs-files">
        <a href={root + apiPath.runsFile('csv', fileParameters)} download>
          csv
        </a>{' '}
        · <a href={root + apiPath.runsFile('json', fileParameters)}>json</a>
      </span>
    </div>
  );
}

/** Suggests values from the runs that match the other terms. */
async function suggest(key: QueryKey, prefix: string, rest: string) {
  const found = await fetchApi<Suggestions>(
    apiPath.suggest({ field: key, prefix, q: rest, tz: zoneParameter(rest, preferences().zone) }),
  );
  return found.values;
}

const quick: { label: string; title: string; term: string }[] = [
  { label: 'running', title: 'Runs with running jobs', term: 'status:running' },
  { label: 'red', title: 'Runs with failed or dead jobs', term: 'status:fail,dead' },
  { label: 'nightly', title: 'Scheduled by teuthology', term: 'user:teuthology' },
  { label: 'last 24 h', title: 'Scheduled in the last 24 hours', term: 'scheduled:>-1d' },
];

function QuickChips({ q, setQ }: { q: string; setQ: (q: string) => void }) {
  return (
    <span className="runs-quick">
      {quick.map(({ label, title, term }) => (
        <button
          key={label}
          type="button"
          className="button chip"
          title={title}
          aria-pressed={indexOfTerm(q, term) !== -1}
          onClick={() => setQ(toggleTerm(q, term))}
        >
          {label}
        </button>
      ))}
    </span>
  );
}

function GroupSelect({ sort }: { sort: string }) {
  const fallback = sort.includes('scheduled') ? 'day' : 'none';
  const [group, setGroup] = useUrlState('group', fallback);
  return (
    <Select className="field" label="group by" value={group} values={['none', ...groupings]} onChange={setGroup} />
  );
}
