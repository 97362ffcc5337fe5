import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { useTitle } from '../../app/title.ts';
import { plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { Grid } from '../../ui/Grid.tsx';
import { ErrorBox, FetchLine, Skeleton } from '../../ui/States.tsx';
import { shownColumns } from '../../ui/shown-columns.ts';
import { useMinute } from '../../ui/Time.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { FilterContext } from '../../ui/Value.tsx';
import { MobileRun, type RunsRow, runColumns } from './columns.tsx';
import { NoRuns } from './empty.tsx';
import { RunsFooter } from './footer.tsx';
import { defaultSort, groupings, oneSort } from './rows.ts';
import { compareInOrder, type Grouping } from './run-facts.ts';
import { RunsToolbar } from './toolbar.tsx';
import { useRunRows } from './use-rows.ts';
import { useRuns } from './use-runs.ts';
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
      <FetchLine active={runs.isFetching} />
      <section className="page-head runs-head">
        <h1>Runs</h1>
        <RunsToolbar q={q} setQ={setQ} first={runs.first} sort={sort} />
      </section>
      {runs.error && <ErrorBox error={runs.error} onRetry={runs.refetch} />}
      {runs.first ? (
        <RunsList runs={runs} q={q} sort={sort} setSort={setSort} setQ={setQ} onHold={setHold} />
      ) : (
        !runs.error && <Skeleton rows={20} />
      )}
    </FilterContext>
  );
}

interface ListProps {
  runs: ReturnType<typeof useRuns>;
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

/** The run of the focused row, identified by the link in the row. */
function focusedRun(runs: readonly RunItem[]): string | null {
  const row = document.activeElement?.closest('.grid-row') ?? document.querySelector('.grid-row[tabindex="0"]');
  const address = row?.querySelector<HTMLAnchorElement>('a.row-link, a.runs-suite')?.getAttribute('href') ?? '';
  return runs.find(({ name }) => address.endsWith(pagePath.run(name)))?.name ?? null;
}
