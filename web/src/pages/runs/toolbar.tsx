import { type QueryKey, removeTerm, termTexts } from '../../../../src/core/query.ts';
import type { RunList, Suggestions } from '../../../../src/http/api/schemas.ts';
import { fetchApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { apiPath } from '../../lib/paths.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { ColumnChooser } from '../../ui/Columns.tsx';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { printColumns, shownColumns } from '../../ui/shown-columns.ts';
import { runColumns } from './columns.tsx';
import { defaultSort, groupings } from './rows.ts';

interface ToolbarProps {
  q: string;
  setQ: (q: string, options?: { replace?: boolean }) => void;
  first: RunList | undefined;
  sort: string;
}

const columns = runColumns(0);

/** The filter, quick ways to fill it, and how the list is shown. */
export function RunsToolbar({ q, setQ, first, sort }: ToolbarProps) {
  const fileParameters = { q, sort: sort === defaultSort ? '' : sort };
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
      <Columns />
      <span className="quiet runs-files">
        <a href={apiPath('/runs.csv', fileParameters)} download>
          csv
        </a>{' '}
        · <a href={apiPath('/runs.json', fileParameters)}>json</a>
      </span>
    </div>
  );
}

/** Values among the runs that the other terms leave. */
async function suggest(key: QueryKey, prefix: string, rest: string) {
  const found = await fetchApi<Suggestions>(apiPath('/suggest', { field: key, prefix, q: rest }));
  return found.values;
}

const quick: { label: string; title: string; key: QueryKey; value: string }[] = [
  { label: 'running', title: 'Runs with running jobs', key: 'status', value: 'running' },
  { label: 'red', title: 'Runs with failed or dead jobs', key: 'status', value: 'fail,dead' },
  { label: 'nightly', title: 'Scheduled by teuthology', key: 'user', value: 'teuthology' },
  { label: 'last 24 h', title: 'Scheduled in the last 24 hours', key: 'scheduled', value: '>-1d' },
];

function QuickChips({ q, setQ }: { q: string; setQ: (q: string) => void }) {
  const terms = termTexts(q);
  return (
    <span className="runs-quick">
      {quick.map(({ label, title, key, value }) => {
        const term = `${key}:${value}`;
        const at = terms.indexOf(term);
        const toggle = () => setQ(at === -1 ? `${q} ${term}`.trim() : removeTerm(q, at));
        return (
          <button
            key={label}
            type="button"
            className="button chip"
            title={title}
            aria-pressed={at !== -1}
            onClick={toggle}
          >
            {label}
          </button>
        );
      })}
    </span>
  );
}

function GroupSelect({ sort }: { sort: string }) {
  const fallback = sort.includes('scheduled') ? 'day' : 'none';
  const [group, setGroup] = useUrlState('group', fallback);
  return (
    <label className="field">
      group by{' '}
      <select value={group} onChange={(event) => setGroup(event.target.value)}>
        {['none', ...groupings].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Columns() {
  const [cols, setCols] = useUrlState('cols', '');
  const shown = shownColumns(columns, cols)
    .filter(({ hidden }) => !hidden)
    .map(({ id }) => id);
  return <ColumnChooser columns={columns} shown={shown} onChange={(next) => setCols(printColumns(columns, next))} />;
}
