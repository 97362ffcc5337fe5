import { useState } from 'react';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { plural } from '../../lib/format.ts';
import type { Job } from '../../lib/jobs.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { copyReport } from './copy-keys.ts';
import { reportFormats } from './report.ts';

/** The actions of a run: its report, and the commands that rerun its failures or kill it. */
export function Actions({ page, jobs }: { page: RunPage; jobs: readonly Job[] }) {
  const [asked, setAsked] = useState<'rerun' | 'kill' | null>(null);
  const { name, counts } = page.run;
  const red = counts.fail + counts.dead;
  const left = counts.running + counts.waiting + counts.queued;
  return (
    <span className="actions">
      {red > 0 && (
        <button type="button" className="button" onClick={() => setAsked('rerun')}>
          Rerun…
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
      <Dialog open={asked === 'rerun'} title="Rerun failed jobs" onClose={() => setAsked(null)}>
        <Rerun run={name} counts={{ fail: counts.fail, dead: counts.dead }} />
      </Dialog>
      <Dialog open={asked === 'kill'} title="Kill this run" onClose={() => setAsked(null)}>
        <p>
          {plural(left, 'job')} unfinished, {counts.running} of them running. On a machine with teuthology, run:
        </p>
        <Command text={`teuthology-kill -p -r ${name}`} what="the command to kill the run" />
        <p className="quiet">With -p, queued jobs stay in the queue; without it they are removed too.</p>
      </Dialog>
    </span>
  );
}

function Rerun({ run, counts }: { run: string; counts: { fail: number; dead: number } }) {
  const [statuses, setStatuses] = useState<readonly string[]>(['fail', 'dead']);
  const toggle = (status: string) =>
    setStatuses(statuses.includes(status) ? statuses.filter((one) => one !== status) : [...statuses, status]);
  const jobs = Object.entries(counts).reduce((sum, [status, n]) => sum + (statuses.includes(status) ? n : 0), 0);
  return (
    <>
      <fieldset className="choices">
        <legend>Which jobs</legend>
        {Object.entries(counts).map(([status, n]) => (
          <label key={status} className="choice">
            <input type="checkbox" checked={statuses.includes(status)} onChange={() => toggle(status)} /> {status} ({n})
          </label>
        ))}
      </fieldset>
      {statuses.length === 0 ? (
        <p>Choose at least one status.</p>
      ) : (
        <>
          <p>Schedules {plural(jobs, 'job')}. On a machine with teuthology, run:</p>
          <Command text={`teuthology-suite --rerun ${run} -R ${statuses.join(',')}`} what="the command to rerun" />
        </>
      )}
    </>
  );
}

function Command({ text, what }: { text: string; what: string }) {
  return (
    <p>
      <code className="command">{text}</code> <Copy text={text} label={what} />
    </p>
  );
}
