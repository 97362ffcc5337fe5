import { useState } from 'react';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { plural } from '../../lib/format.ts';
import type { Job } from '../../lib/jobs.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Rerun } from './Rerun.tsx';

interface RerunButtonProps {
  run: RunItem;
  jobs: readonly Pick<Job, 'job_id' | 'status' | 'description' | 'nodes'>[];
  label: string;
}

/** Shows the command that schedules some jobs again. */
export function RerunButton({ run, jobs, label }: RerunButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {label}
      </button>
      <Dialog open={open} title={`Rerun ${plural(jobs.length, 'job')}`} onClose={() => setOpen(false)}>
        <Rerun run={run} jobs={jobs} />
      </Dialog>
    </>
  );
}

interface MarkedJobsProps {
  run: RunItem;
  jobs: readonly Job[];
  onClear: () => void;
}

/** The jobs that were marked with x, and what can be done with them. */
export function MarkedJobs({ run, jobs, onClear }: MarkedJobsProps) {
  if (jobs.length === 0) return null;
  return (
    <div className="marked-bar" role="status">
      <span className="strong">{plural(jobs.length, 'job')} marked</span>
      <RerunButton run={run} jobs={jobs} label="Rerun…" />
      <button type="button" className="button" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}
