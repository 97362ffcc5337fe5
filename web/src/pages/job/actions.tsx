import { useState } from 'react';
import { shortPath } from '../../../../src/core/paths.ts';
import type { JobPage } from '../../../../src/http/api/job-page-schema.ts';
import { root } from '../../lib/base.ts';
import { killJob } from '../../lib/commands.ts';
import { copyWithToast } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { Command } from '../run/Rerun.tsx';
import { RerunButton } from '../run/RerunButton.tsx';

/** What can be done with a job: schedule it again, end it, copy what it says. */
export function JobActions({ page: { run, job } }: { page: JobPage }) {
  const [killing, setKilling] = useState(false);
  const isOver = job.status === 'pass' || job.status === 'fail' || job.status === 'dead';
  const texts: [string, string | null][] = [
    ['short address', `${location.origin}${root}${shortPath.job(run.id, job.job_id)}`],
    ['description', job.description],
    ['failure reason', job.failure_reason],
  ];
  return (
    <span className="actions">
      <RerunButton run={run} jobs={[job]} label="Rerun…" />
      {!isOver && (
        <button type="button" className="button" onClick={() => setKilling(true)}>
          Kill…
        </button>
      )}
      <Popover label="Copy ▾" title="Copy">
        {(close) => (
          <div className="menu">
            {texts.map(([name, text]) =>
              text === null ? null : (
                <button
                  key={name}
                  type="button"
                  className="button"
                  onClick={() => {
                    void copyWithToast(text, `the ${name}`);
                    close();
                  }}
                >
                  Copy the {name}
                </button>
              ),
            )}
          </div>
        )}
      </Popover>
      <Dialog open={killing} title="Kill this job" onClose={() => setKilling(false)}>
        <p>
          {job.status === 'queued' ? 'It will be removed from the queue.' : 'It will be ended, and its nodes unlocked.'}{' '}
          On the machine where the jobs were started, run:
        </p>
        <Command text={killJob(run.name, job.job_id)} what="the command to kill the job" />
      </Dialog>
    </span>
  );
}
