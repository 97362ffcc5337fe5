/** Sections of the page of a cause: where and when it occurred, and the decisions on it. */
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { CausePage } from '../../../../src/http/api/cause.ts';
import type { DecisionList, ListedDecision } from '../../../../src/http/api/decisions.ts';
import { useApi } from '../../lib/api.ts';
import { duration, number, plural, shortHost, shortSha1 } from '../../lib/format.ts';
import { OutLink } from '../../ui/OutLink.tsx';
import { Status } from '../../ui/Status.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { sharesOf } from '../run/headline.ts';

/** The last runs of each suite and base branch. The height of a cell shows the share of jobs that failed this way. */
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
  const shares = sharesOf(
    runs.map(({ jobs }) => jobs),
    runs,
  );
  return (
    <span className="cause-strip">
      {runs.map(({ name, jobs, total }, at) => (
        <Link
          key={name}
          href={pagePath.run(name)}
          className={jobs > 0 ? 'cause-cell cause-hit' : 'cause-cell'}
          aria-label={`${name}: ${jobs} of ${total} jobs`}
          title={`${name}: ${jobs} of ${total} jobs`}
          style={{ '--share': `${100 * (shares[at] ?? 0)}%` } as object}
        >
          {jobs > 0 ? number(jobs) : '·'}
        </Link>
      ))}
    </span>
  );
}

/** Every suite and branch, ordered by number of jobs, each with links to its runs. */
export function Places({ page: { places, cause } }: { page: CausePage }) {
  if (places.length === 0) return null;
  return (
    <section>
      <h2>Suites and branches</h2>
      <div className="table-frame">
        <Table titles={['Suite', 'Branch', 'Jobs', 'Runs', 'Last']}>
          {places.map(({ suite, branch, runs, jobs, last }) => (
            <tr key={`${suite} ${branch}`}>
              <td>{suite}</td>
              <td className="break">{branch}</td>
              <td>{number(jobs)}</td>
              <td>
                <Link href={runsWith({ suite, branch, cause: cause.id })}>{plural(runs, 'run')}</Link>
              </td>
              <td>
                <Link href={pagePath.run(last.run, { q: literalTerm('cause', cause.id) })}>
                  <Time at={last.posted} />
                </Link>
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </section>
  );
}

function runsWith(values: Record<'suite' | 'branch' | 'cause', string>): string {
  const terms = Object.entries(values).map(([key, value]) => literalTerm(key as keyof typeof values, value));
  return pagePath.runs({ q: terms.join(' ') });
}

/** The last runs in which jobs failed this way. */
export function RecentRuns({ runs }: { runs: CausePage['runs'] }) {
  if (runs.length === 0) return null;
  return (
    <section>
      <h2>Runs</h2>
      <div className="table-frame">
        <Table titles={['Jobs', 'Run', 'Suite', 'Branch', 'sha1', 'Scheduled']}>
          {runs.map(({ run, jobs }) => (
            <tr key={run.name}>
              <td>
                {number(jobs)} of {number(run.total)}
              </td>
              <td className="break">
                <Link href={pagePath.run(run.name)}>{run.name}</Link>
              </td>
              <td>{run.suite}</td>
              <td className="break">{run.branch}</td>
              <td>
                <code>{shortSha1(run.sha1)}</code>
              </td>
              <td>
                <Time at={run.scheduled} />
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </section>
  );
}

/** The last jobs that failed this way. */
export function LatestJobs({ jobs }: { jobs: CausePage['latest'] }) {
  if (jobs.length === 0) return null;
  return (
    <section>
      <h2>Jobs</h2>
      <div className="table-frame">
        <Table titles={['Job', 'Suite', 'Branch', 'Description', 'OS', 'Nodes', 'Time', 'Posted']}>
          {jobs.map((job) => (
            <tr key={`${job.run} ${job.job_id}`}>
              <td className="cause-job">
                <Status status={job.status} /> <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>
              </td>
              <td>{job.suite}</td>
              <td className="break">{job.branch}</td>
              <td className="break mono">{job.description}</td>
              <td>{job.os}</td>
              <td>{job.nodes.map(shortHost).join(' ')}</td>
              <td>{duration(job.duration)}</td>
              <td>
                <Time at={job.posted} />
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </section>
  );
}

/** All decisions on a cause, newest first, including replaced and withdrawn ones; nothing if the server keeps no decisions. */
export function Decisions({ cause }: { cause: string }) {
  const { data } = useApi<DecisionList>(apiPath.decisions({ cause }));
  if (data === undefined) return null;
  return (
    <section>
      <h2>Decisions</h2>
      {data.decisions.length === 0 && <p>No decisions yet. Decide on the cause on the page of a run.</p>}
      <ul className="plain-list">
        {data.decisions.map((decision) => (
          <li key={decision.id} className="line">
            <Time at={decision.created} form="long" />
            <span className="strong">{wordsOf(decision)}</span>
            {decision.issue_url !== null && <OutLink name="issue" href={decision.issue_url} />}
            <span>{reachOf(decision)}</span>
            <Link href={pagePath.run(decision.run)}>run</Link>
            <span>{stateOf(decision)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf({ class: kind, author, note }: ListedDecision): string {
  return `${kind}, by ${author}${note === '' ? '' : `: ${note}`}`;
}

const reaches: Record<ListedDecision['scope'], string> = {
  run: 'in this run',
  branch: 'on the branch',
  base: 'on the base branch and its branches:',
  everywhere: 'everywhere',
};

function reachOf({ scope, scope_of }: ListedDecision): string {
  const words = reaches[scope];
  return scope === 'run' || scope_of === null ? words : `${words} ${scope_of}`;
}

function stateOf({ replaced, withdrawn_by, scattered }: ListedDecision): string {
  if (withdrawn_by !== null) return `withdrawn by ${withdrawn_by}`;
  if (replaced) return 'replaced';
  return scattered.length > 0 ? 'needs a look: its jobs now have several causes' : 'applies';
}
