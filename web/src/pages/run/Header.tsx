import { Link } from 'wouter';
import type { JobStatus } from '../../../../src/core/job.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { Bar, Counts } from '../../ui/Bar.tsx';
import { Copy } from '../../ui/Copy.tsx';
import { useNarrow, useShort } from '../../ui/narrow.ts';
import { Status } from '../../ui/Status.tsx';
import { Time, useMinute } from '../../ui/Time.tsx';
import { donePercent, isLive, runSeconds } from '../runs/run-facts.ts';
import { Actions } from './Actions.tsx';
import { baseQuery, headline } from './headline.ts';
import { type Job, pickedStatuses, pickStatus } from './jobs.ts';
import { Review } from './Review.tsx';
import type { Patch } from './triage.ts';
import { BaseSelect } from './verdict-view.tsx';

interface HeaderProps {
  page: RunPage;
  patch: Patch;
  /** Those that match the filter. */
  jobs: readonly Job[];
  q: string;
  onFilter: (q: string) => void;
}

/** The facts and results of a run, and what changed since the previous run. */
export function Header({ page, patch, jobs, q, onFilter }: HeaderProps) {
  const { run } = page;
  const pick = (status: JobStatus) => onFilter(pickStatus(q, status));
  const active = pickedStatuses(q);
  return (
    <header className="head">
      <div className="line spread">
        <span className="line run-name">
          <h1>{run.name}</h1>
          <Copy text={run.name} label="run name" />
        </span>
        <Actions page={page} jobs={jobs} filtered={q !== ''} />
      </div>
      <Facts run={run} />
      <Bar counts={run.counts} total={run.total} onPick={pick} activeStatuses={active} />
      <div className="line spread tall-only">
        <Counts counts={run.counts} onPick={pick} activeStatuses={active} />
        <Change page={page} />
      </div>
      {/* Also there when nothing failed yet, so that the first failure does not move the page. */}
      <div className="line">
        <span className="strong">{headline(page)}</span>
        <Review page={page} patch={patch} />
        <span className="last">
          <BaseSelect page={page} />
        </span>
      </div>
    </header>
  );
}

function Facts({ run }: { run: RunItem }) {
  const narrow = useNarrow();
  const short = useShort();
  if (!narrow && !short) {
    return (
      <div className="line">
        <Status status={run.status} word />
        <MoreFacts run={run} />
      </div>
    );
  }
  return (
    <details>
      <summary>
        <Status status={run.status} word /> {run.suite} · {run.branch} · <Time at={run.scheduled} />
      </summary>
      <div className="line">
        <MoreFacts run={run} />
      </div>
    </details>
  );
}

function MoreFacts({ run }: { run: RunItem }) {
  const facts: [string, QueryKey, string | null][] = [
    ['suite', 'suite', run.suite],
    ['branch', 'branch', run.branch],
    ['user', 'user', run.user],
    ['machine', 'machine', run.machine_type],
    ['flavor', 'flavor', run.flavor],
  ];
  return (
    <>
      {facts.map(([name, key, value]) =>
        value ? (
          <span key={key}>
            {name} <Link href={runsWith(key, value)}>{value}</Link>
          </span>
        ) : null,
      )}
      {run.sha1 !== null && (
        <span>
          sha1 <Link href={runsWith('sha1', run.sha1)}>{shortSha1(run.sha1)}</Link>{' '}
          <Copy text={run.sha1} label="sha1" />
        </span>
      )}
      {run.priority !== null && <span>prio {run.priority}</span>}
      <span>
        scheduled <Time at={run.scheduled} />
      </span>
      <Took run={run} />
    </>
  );
}

function Took({ run }: { run: RunItem }) {
  const seconds = runSeconds(run, useMinute());
  if (seconds === null) return null;
  if (!isLive(run.counts)) return <span>took {duration(seconds)}</span>;
  return (
    <span>
      {donePercent(run)} % done, running for {duration(seconds)}
    </span>
  );
}

function runsWith(key: QueryKey, value: string): string {
  return pagePath.runs({ q: literalTerm(key, value) });
}

function Change({ page }: { page: RunPage }) {
  const { run, previous, change, baseline } = page;
  if (change === null || previous === null) {
    return (
      baseline.last && <Link href={pagePath.compare(run.name, baseQuery(page))}>compare with {baseline.base}</Link>
    );
  }
  return (
    <span>
      vs <Link href={pagePath.run(previous.name)}>previous run</Link>, <Time at={previous.scheduled} />:{' '}
      <span title="Jobs that fail now, and did not fail or did not exist in the previous run">
        {change.new} began to fail
      </span>{' '}
      · {change.still} still failing · {change.fixed} fixed ·{' '}
      <Link href={pagePath.compare(run.name, baseQuery(page))}>compare</Link>
    </span>
  );
}
