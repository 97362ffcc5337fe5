import { apiPath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import { indexOfTerm, toggleTerm } from '../../../../src/core/query-print.ts';
import type { RunList, Suggestions } from '../../../../src/http/api/lists-schema.ts';
import { root, useUrlState } from '../../lib/address.ts';
import { fetchApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { preferences, useZoneParameter, zoneParameter } from '../../lib/preferences.ts';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { ColumnChooser } from '../../ui/Popover.tsx';
import { Select } from '../../ui/Select.tsx';
import { runColumns } from './columns.tsx';
import { defaultSort, groupings } from './run-facts.ts';

interface ToolbarProps {
  q: string;
  setQ: (q: string, options?: { replace?: boolean }) => void;
  first: RunList | undefined;
  sort: string;
}

const columns = runColumns(0);

/** The filter, shortcuts for common filters, and the options of the list. */
export function RunsToolbar({ q, setQ, first, sort }: ToolbarProps) {
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

/** Suggests values that occur in runs matching the other terms. */
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
