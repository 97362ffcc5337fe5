import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { base, root } from '../../lib/address.ts';
import { plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { copyWithToast } from '../../ui/Copy.tsx';
import { DialogButton } from '../../ui/Dialog.tsx';
import { Menu } from '../../ui/Popover.tsx';
import type { Job } from './jobs.ts';
import { Kill, Rerun } from './Rerun.tsx';
import { type ReportFormat, reportFormats, runReport } from './report.ts';

/** The actions of a run: its report, and the commands that rerun its failures or kill it. `jobs` are those that the filter leaves. */
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

/** Copies with y and a second key: m and t the report, d the description and r the failure reason of the selected job. */
export function useCopyKeys(page: RunPage, jobs: readonly Job[], job: Job | null): void {
  useKeys({
    'y m': () => copyReport(page, jobs, 'Markdown'),
    'y t': () => copyReport(page, jobs, 'Textile'),
    'y d': () => void (job?.description && copyWithToast(job.description, 'the description')),
    'y r': () => void (job?.failure_reason && copyWithToast(job.failure_reason, 'the failure reason')),
  });
}
