/** Where a cause occurred: as strips of runs of base branches, and as a table of suites and branches. */
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { CausePage, CausePlaces } from '../../../../src/http/api/cause-schema.ts';
import { number, plural } from '../../lib/format.ts';
import { Heads } from '../../ui/Heads.tsx';
import { Time } from '../../ui/Time.tsx';

/** The last runs of each suite and base branch; a cell is as high as the share of its jobs that failed this way. */
export function BaseLines({ page: { lines } }: { page: CausePage }) {
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>Last runs on base branches</h2>
      <table className="facts cause-lines">
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.suite} ${line.base}`}>
              <th scope="row">
                <Link href={pagePath.history({ suite: line.suite, branch: line.base })}>
                  {line.suite} on {line.base}
                </Link>
              </th>
              <td>
                <RunStrip runs={line.runs} />
              </td>
              <td>
                {line.runs.filter(({ jobs }) => jobs > 0).length} of {plural(line.runs.length, 'run')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RunStrip({ runs }: { runs: CausePage['lines'][number]['runs'] }) {
  const shares = runs.map(({ jobs, total }) => jobs / Math.max(jobs, total, 1));
  const highest = Math.max(...shares, 0);
  return (
    <span className="cause-strip">
      {runs.map(({ name, jobs, total }, at) => (
        <Link
          key={name}
          href={pagePath.run(name)}
          className={jobs > 0 ? 'cause-cell cause-hit' : 'cause-cell'}
          aria-label={`${name}: ${jobs} of ${total} jobs`}
          title={`${name}: ${jobs} of ${total} jobs`}
          style={{ '--share': `${jobs === 0 ? 0 : Math.max(25, (100 * (shares[at] ?? 0)) / highest)}%` } as object}
        >
          {jobs > 0 ? number(jobs) : '·'}
        </Link>
      ))}
    </span>
  );
}

/** Every suite and branch, those with the most jobs first. */
export function Places({ page: { places, cause } }: { page: CausePage }) {
  if (places.length === 0) return null;
  return (
    <section>
      <h2>Suites and branches</h2>
      <PlaceTable places={places} cause={cause.id} />
    </section>
  );
}

/** A table of places, each with the runs that it stands for. */
export function PlaceTable({ places, cause }: { places: CausePlaces['places']; cause: string }) {
  return (
    <div className="table-frame">
      <table className="facts">
        <thead>
          <Heads titles={['Suite', 'Branch', 'Jobs', 'Runs', 'Last']} />
        </thead>
        <tbody>
          {places.map(({ suite, branch, runs, jobs, last }) => (
            <tr key={`${suite} ${branch}`}>
              <td>{suite}</td>
              <td className="break">{branch}</td>
              <td>{number(jobs)}</td>
              <td>
                <Link
                  href={pagePath.runs({
                    q: ['suite', 'branch', 'cause']
                      .map((key, at) => literalTerm(key as 'suite', [suite, branch, cause][at] as string))
                      .join(' '),
                  })}
                >
                  {plural(runs, 'run')}
                </Link>
              </td>
              <td>
                <Link href={pagePath.run(last.run, { q: literalTerm('cause', cause) })}>
                  <Time at={last.posted} />
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
