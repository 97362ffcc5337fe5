import { useState } from 'react';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { base, root } from '../../lib/address.ts';
import { plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { copyWithToast } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Popover } from '../../ui/Popover.tsx';
import type { Job } from './jobs.ts';
import { Kill, Rerun } from './Rerun.tsx';
import { type ReportFormat, reportFormats, runReport } from './report.ts';

interface ActionsProps {
  page: RunPage;
  /** The jobs that the filter leaves. */
  jobs: readonly Job[];
  filtered: boolean;
}

/** The actions of a run: its report, and the commands that rerun its failures or kill it. */
export function Actions({ page, jobs, filtered }: ActionsProps) {
  const [asked, setAsked] = useState<'rerun' | 'listed' | 'kill' | null>(null);
  const { counts } = page.run;
  const red = counts.fail + counts.dead;
  const left = counts.running + counts.waiting + counts.queued;
  const close = () => setAsked(null);
  return (
    <span className="actions">
      {red > 0 && (
        <button type="button" className="button" onClick={() => setAsked('rerun')}>
          Rerun…
        </button>
      )}
      {filtered && jobs.length > 0 && (
        <button type="button" className="button" onClick={() => setAsked('listed')}>
          Rerun {jobs.length} listed…
        </button>
      )}
      {left > 0 && (
        <button type="button" className="button" onClick={() => setAsked('kill')}>
          Kill…
        </button>
      )}
      <Popover label="Report ▾" title="Copy a report">
        {(close) => (
          <div className="menu">
            {reportFormats.map((format) => (
              <button
                key={format}
                type="button"
                className="button"
                onClick={() => {
                  copyReport(page, jobs, format);
                  close();
                }}
              >
                Copy as {format}
              </button>
            ))}
          </div>
        )}
      </Popover>
      <Dialog open={asked === 'rerun'} title="Rerun failed jobs" onClose={close}>
        <Rerun run={page.run} jobs={null} />
      </Dialog>
      <Dialog open={asked === 'listed'} title={`Rerun ${plural(jobs.length, 'listed job')}`} onClose={close}>
        <Rerun run={page.run} jobs={jobs} />
      </Dialog>
      <Dialog open={asked === 'kill'} title="Kill this run" onClose={close}>
        <Kill run={page.run} />
      </Dialog>
    </span>
  );
}

/** Copies the report of a run and confirms it with a toast. */
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
