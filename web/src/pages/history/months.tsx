import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { MonthItem, MonthList } from '../../../../src/http/api/months-schema.ts';
import { root } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { Bar } from '../../ui/Bar.tsx';
import { LoadMore, useOlderPages } from '../../ui/Older.tsx';
import { ErrorBox } from '../../ui/States.tsx';
import { Table } from '../../ui/Table.tsx';

/** What is left of the deleted runs of a suite and branch; nothing when none were deleted. */
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

/** Causes of a month that the table shows: more would hide the next month. */
const shownCauses = 3;
