import { Link } from 'wouter';
import type { JobStatus } from '../../../../src/core/job.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { base, root } from '../../lib/address.ts';
import { duration, plural, shortSha1 } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { Bar, Counts } from '../../ui/Bar.tsx';
import { Copy, copyWithToast } from '../../ui/Copy.tsx';
import { DialogButton } from '../../ui/Dialog.tsx';
import { useNarrow, useShort } from '../../ui/narrow.ts';
import { Menu } from '../../ui/Popover.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time, useMinute } from '../../ui/Time.tsx';
import { donePercent, isLive, runSeconds } from '../runs/run-facts.ts';
import { baseQuery, headline } from './headline.ts';
import { type Job, pickedStatuses, pickStatus } from './jobs.ts';
import { Kill, Rerun } from './Rerun.tsx';
import { Review } from './Review.tsx';
import { type ReportFormat, reportFormats, runReport } from './report.ts';
import type { Patch } from './triage.ts';
import { BaseSelect } from './verdict-view.tsx';

interface HeaderProps {
  page: RunPage;
  patch: Patch;
  /** The jobs that match the filter. */
  jobs: readonly Job[];
  q: string;
  onFilter: (q: string) => void;
}

/** The facts and results of a run, and the changes since the previous run. */
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
      {/* Shown even if nothing has failed yet, so that the first failure does not move the page. */}
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
        {change.new} newly failing
      </span>{' '}
      · {change.still} still failing · {change.fixed} fixed ·{' '}
      <Link href={pagePath.compare(run.name, baseQuery(page))}>compare</Link>
    </span>
  );
}

/** The actions of a run: its report, and the commands that rerun its failures or kill it. `jobs` are the jobs that match the filter. */
export function Actions({ page, jobs, filtered }: { page: RunPage; jobs: readonly Job[]; filtered: boolean }) {
  const { counts } = page.run;
  const red = counts.fail + counts.dead;
  const left = counts.running + counts.waiting + counts.queued;
  return (
    <span className="actions">
      <DialogButton label="Rerun…" title="Rerun failed jobs" isOffered={red > 0}>
        <Rerun run={page.run} jobs={null} />
      </DialogButton>
      <DialogButton
        label={`Rerun ${jobs.length} listed…`}
        title={`Rerun ${plural(jobs.length, 'listed job')}`}
        isOffered={filtered && jobs.length > 0}
      >
        <Rerun run={page.run} jobs={jobs} />
      </DialogButton>
      <DialogButton label="Kill…" title="Kill this run" isOffered={left > 0}>
        <Kill run={page.run} />
      </DialogButton>
      <Menu
        label="Report ▾"
        title="Copy a report"
        items={reportFormats.map((format) => [`Copy as ${format}`, () => copyReport(page, jobs, format)])}
      />
    </span>
  );
}

function copyReport(page: RunPage, jobs: readonly Job[], format: ReportFormat): void {
  const origin = `${location.origin}${root}`;
  const frozen = new URLSearchParams(location.search).get('at');
  const place = { origin, base: `${location.origin}${base}`, at: frozen === null ? Date.now() : Number(frozen) };
  void copyWithToast(runReport(page, jobs, place, format), `the report as ${format}`);
}

/** Copies with y and a second key: m and t copy the report, d the description and r the failure reason of the selected job. */
export function useCopyKeys(page: RunPage, jobs: readonly Job[], job: Job | null): void {
  useKeys({
    'y m': () => copyReport(page, jobs, 'Markdown'),
    'y t': () => copyReport(page, jobs, 'Textile'),
    'y d': () => void (job?.description && copyWithToast(job.description, 'the description')),
    'y r': () => void (job?.failure_reason && copyWithToast(job.failure_reason, 'the failure reason')),
  });
}
