import { Link } from 'wouter';
import type { JobStatus } from '../../../../src/core/job.ts';
import type { RunPage } from '../../../../src/http/api/schemas.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { Bar, Counts } from '../../ui/Bar.tsx';
import { Copy } from '../../ui/Copy.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';

/** What a run is, how it went, and what changed since the one before. */
export function Header({ page, q, onFilter }: { page: RunPage; q: string; onFilter: (q: string) => void }) {
  const { run, previous, change } = page;
  const picked = /(?:^|\s)s:(\w+)/.exec(q)?.[1];
  const pick = (status: JobStatus) => {
    const rest = q.replace(/(?:^|\s)s:\w+/, '').trim();
    onFilter(picked === status ? rest : `${rest} s:${status}`.trim());
  };
  const facts: [string, string | null][] = [
    ['suite', run.suite],
    ['branch', run.branch],
    ['user', run.user],
    ['machine', run.machine_type],
  ];
  const over = run.started === null || run.updated === null ? null : (run.updated - run.started) / 1000;
  const active = picked === undefined ? [] : [picked as JobStatus];
  return (
    <header className="head">
      <div className="line">
        <h1>{run.name}</h1>
        <Copy text={run.name} label="run name" />
      </div>
      <div className="line">
        <Status status={run.status} word />
        {facts.map(([key, value]) =>
          value ? (
            <span key={key}>
              {key}{' '}
              <Link
                href={`/runs?q=${encodeURIComponent(`${key}:${/^[\w.@/+-]+$/.test(value) ? value : `"${value}"`}`)}`}
              >
                {value}
              </Link>
            </span>
          ) : null,
        )}
        {run.sha1 !== null && (
          <span>
            sha1 <Link href={`/runs?q=sha1:${run.sha1}`}>{shortSha1(run.sha1)}</Link>{' '}
            <Copy text={run.sha1} label="sha1" />
          </span>
        )}
        {run.priority !== null && <span>prio {run.priority}</span>}
        <span>
          scheduled <Time at={run.scheduled} />
        </span>
        {over !== null && <span>took {duration(over)}</span>}
      </div>
      <Bar counts={run.counts} total={run.total} onPick={pick} activeStatuses={active} />
      <div className="line spread">
        <Counts counts={run.counts} onPick={pick} activeStatuses={active} />
        {change !== null && previous !== null && (
          <span>
            vs <Link href={`/runs/${previous.name}`}>previous run</Link>:{' '}
            <span className="strong">{change.new} new</span> · {change.still} still failing · {change.fixed} fixed ·{' '}
            <Link href={`/runs/${run.name}/compare`}>compare</Link>
          </span>
        )}
      </div>
    </header>
  );
}
