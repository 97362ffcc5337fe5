import { useCallback, useEffect, useId, useMemo, useState } from 'react';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { History, MonthItem, MonthList } from '../../../../src/http/api/history.ts';
import type { Suggestions } from '../../../../src/http/api/lists.ts';
import { root, useTitle, useUrlState } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { matcherOf, timeZoneOf, usePreferences } from '../../lib/preferences.ts';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Choices.tsx';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { Empty, ErrorBox, Loaded } from '../../ui/States.tsx';
import { valuesOf } from '../run/jobs.ts';
import { filterRows, isBad, jobAt } from './facts.ts';
import { HistoryTable } from './table.tsx';
import './history.css';
import { Link } from 'wouter';
import { Bar } from '../../ui/Bar.tsx';
import { LoadMore, useOlderPages } from '../../ui/Older.tsx';
import { Table } from '../../ui/Table.tsx';

const lengths = ['5', '10', '20', '30', '50'];

/** The jobs of a suite over its last runs. */
export default function HistoryPage() {
  const [suite, setSuite] = useUrlState('suite', '');
  const [branch, setBranch] = useUrlState('branch', '');
  const [n, setN] = useUrlState('n', '20');
  const [since, setSince] = useUrlState('since', '');
  const { zone } = usePreferences();
  const suites = usePlaces(apiPath.suggest({ field: 'suite' }), apiPath.monthPlaces({}));
  // Jobs of different suites cannot be compared: the default is the suite with the most runs.
  const shown = suite || suites?.[0]?.value || '';
  const ofSuite = { field: 'branch', q: literalTerm('suite', shown) };
  const branches = usePlaces(
    shown === '' ? null : apiPath.suggest(ofSuite),
    shown === '' ? null : apiPath.monthPlaces({ suite: shown }),
  );
  const waiting = shown === '' && suites === undefined;
  const history = useApi<History>(
    waiting ? null : apiPath.history({ suite: shown, branch, n, since, tz: since && timeZoneOf(zone) }),
  );
  useTitle(`History of ${[shown, branch].filter(Boolean).join(' on ') || 'runs'}`);
  return (
    <>
      <section className="page-head">
        <h1>History</h1>
        <div className="line">
          <TextChoice label="suite" value={shown} values={suites} onChange={setSuite} />
          <TextChoice label="branch" value={branch} values={branches} onChange={setBranch} placeholder="all branches" />
          <Select label="last" value={n} values={lengths} print={(length) => `${length} runs`} onChange={setN} />
          <SinceChoice since={since} onChange={setSince} />
        </div>
      </section>
      <Loaded of={history} rows={20}>
        {(data) => (
          <>
            <Rows data={data} />
            <Months suite={shown} branch={branch} isOpen={data.runs.length === 0} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** The values of runs, followed by those that only deleted runs had, whose monthly totals still exist. */
function usePlaces(ofRuns: string | null, ofDeleted: string | null): Suggestions['values'] | undefined {
  const here = useApi<Suggestions>(ofRuns).data?.values;
  const gone = useApi<Suggestions>(ofDeleted).data?.values;
  return useMemo(() => {
    const known = new Set(here?.map(({ value }) => value));
    return here && [...here, ...(gone ?? []).filter(({ value }) => !known.has(value))];
  }, [here, gone]);
}

/** The first day. The URL may use another form, such as "3d", which is shown as it is. */
function SinceChoice({ since, onChange }: { since: string; onChange: (since: string) => void }) {
  const isDay = since === '' || /^\d{4}-\d\d-\d\d$/.test(since);
  return (
    <>
      <label>
        since <input type="date" value={isDay ? since : ''} onChange={(event) => onChange(event.target.value)} />
      </label>
      {since !== '' && (
        <Button title="Show earlier runs too" onClick={() => onChange('')}>
          {isDay ? 'any day' : `since ${since}`} ✕
        </Button>
      )}
    </>
  );
}

function Rows({ data }: { data: History }) {
  const [all, setAll] = useUrlState('all', '');
  const [words, setWords] = useUrlState('q', '');
  const { zone } = usePreferences();
  const rows = useMemo(() => {
    return filterRows(data, words === '' ? null : matcherOf(words, zone), all === '');
  }, [data, words, all, zone]);
  const suggest = useCallback(
    async (key: QueryKey, prefix: string) =>
      valuesOf(
        data.rows.flatMap((row) => data.runs.flatMap((_, run) => jobAt(data, row, run) ?? [])),
        key,
        prefix,
      ),
    [data],
  );
  const red = useMemo(() => data.rows.filter(({ status }) => status.some(isBad)).length, [data]);
  if (data.runs.length === 0) {
    return (
      <Empty
        title="No runs of this suite and branch. To schedule one, run:"
        command="teuthology-suite --suite SUITE --ceph BRANCH"
      />
    );
  }
  return (
    <>
      <div className="tools">
        <FilterBox value={words} onChange={setWords} target="jobs" suggest={suggest} />
        <label>
          <input type="checkbox" checked={all === ''} onChange={(event) => setAll(event.target.checked ? '' : '1')} />{' '}
          only rows with failures ({number(red)})
        </label>
        <span className="quiet">
          {number(rows.length)} of {plural(data.total, 'description')} · {plural(data.runs.length, 'run')}
        </span>
      </div>
      {rows.length > 0 ? (
        <HistoryTable data={data} rows={rows} />
      ) : (
        <p className="state">
          {words === ''
            ? `No failures in ${plural(data.runs.length, 'run')} with ${plural(data.total, 'description')}.`
            : `0 of ${plural(data.total, 'description')} match.`}{' '}
          {words !== '' && <Button onClick={() => setWords('')}>Clear the filter</Button>}{' '}
          {all === '' && <Button onClick={() => setAll('1')}>Show rows without failures</Button>}
        </p>
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  values: { value: string; count: number }[] | undefined;
  placeholder?: string;
  onChange: (value: string) => void;
}

/** A text input that offers the most frequent values and accepts any other. */
function TextChoice({ label, value, values = [], placeholder = '', onChange }: ChoiceProps) {
  const [text, setText] = useState(value);
  const list = useId();
  useEffect(() => setText(value), [value]);
  const type = (next: string) => {
    setText(next);
    // Every keystroke is a change, so only a value from the list is applied immediately.
    if (values.some((known) => known.value === next)) onChange(next);
  };
  return (
    <label>
      {label}{' '}
      <input
        value={text}
        list={list}
        placeholder={placeholder}
        size={Math.min(34, Math.max(14, text.length))}
        onChange={(event) => type(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => text !== value && onChange(text)}
        onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
      />
      <datalist id={list}>
        {values.map((known) => (
          <option key={known.value} value={known.value}>
            {known.count} runs
          </option>
        ))}
      </datalist>
    </label>
  );
}

/** The monthly totals of the deleted runs of a suite and branch; nothing if none were deleted. */
export function Months({ suite, branch, isOpen }: { suite: string; branch: string; isOpen: boolean }) {
  const of = { suite, branch };
  const { data, error, refetch } = useApi<MonthList>(suite === '' ? null : apiPath.months(of));
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined || data.months.length === 0) return null;
  return (
    <details className="months" open={isOpen}>
      <summary>Deleted runs by month</summary>
      <Pages key={`${suite} ${branch} ${data.months[0]?.month}`} first={data} of={of} />
    </details>
  );
}

function Pages({ first, of }: { first: MonthList; of: { suite: string; branch: string } }) {
  const read = (after: string) => fetchApi<MonthList>(apiPath.months({ ...of, after }));
  const { pages, ...older } = useOlderPages(first, read);
  return (
    <section className="months-frame" aria-label="Deleted runs by month" tabIndex={0}>
      <Table titles={['Month', 'Runs', 'Jobs', 'Results', 'Fail', 'Dead', 'Causes with the most jobs']}>
        {pages
          .flatMap(({ months }) => months)
          .map((month) => (
            <MonthRow key={month.month} {...month} />
          ))}
      </Table>
      {older.error && <ErrorBox error={older.error} onRetry={older.loadMore} />}
      <p>
        <LoadMore of={older} />{' '}
        <span className="quiet">
          <a href={root + apiPath.monthsFile(of)} download>
            csv
          </a>
        </span>
      </p>
    </section>
  );
}

function MonthRow({ month, runs, total, counts, causes }: MonthItem) {
  return (
    <tr>
      <th scope="row">{month}</th>
      <td>{number(runs)}</td>
      <td>{number(total)}</td>
      <td className="months-results">
        <Bar counts={counts} total={total} />
      </td>
      <td>{number(counts.fail)}</td>
      <td>{number(counts.dead)}</td>
      <td>
        <ul className="plain-list">
          {causes.slice(0, shownCauses).map(({ cause, jobs }) => (
            <li key={cause.id} className="months-cause">
              {plural(jobs, 'job')}{' '}
              <Link href={pagePath.cause(cause.id)} title={cause.title}>
                {cause.title}
              </Link>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

/** The number of causes to show for each month. More would hide the next month. */
const shownCauses = 3;
