/** Reruns jobs, manages the marked jobs, and kills a run. */

import { useMemo, useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import type { NodePage } from '../../../../src/http/api/lab.ts';
import type { RunConfig } from '../../../../src/http/api/run-parts.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { useUrlSet } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { killRun, markDown, rerunByDescription, rerunByStatus } from '../../lib/commands.ts';
import { plural, shortHost } from '../../lib/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices } from '../../ui/Choices.tsx';
import { Command } from '../../ui/Copy.tsx';
import { DialogButton } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/States.tsx';
import { type CommonNode, commonNodes } from './groups.ts';
import type { Job } from './jobs.ts';

type RerunJob = Pick<Job, 'job_id' | 'status' | 'description' | 'nodes'>;

/** The command that schedules jobs again (null: all failed jobs) with the options of their run. */
export function Rerun({ run, jobs }: { run: RunItem; jobs: readonly RerunJob[] | null }) {
  const { data, error, refetch } = useApi<RunConfig>(apiPath.runConfig(run.name));
  if (error && data === undefined) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <p aria-busy="true">Reading the options of the run…</p>;
  return jobs === null ? (
    <ByStatus run={run} config={data.common} />
  ) : (
    <Chosen run={run} config={data.common} jobs={jobs} />
  );
}

type Config = RunConfig['common'];

function ByStatus({ run, config }: { run: RunItem; config: Config }) {
  const [statuses, setStatuses] = useState<readonly string[]>(['fail', 'dead']);
  const { fail, dead } = run.counts;
  const toggle = (status: string) =>
    setStatuses(statuses.includes(status) ? statuses.filter((one) => one !== status) : [...statuses, status]);
  const counts = Object.entries({ fail, dead });
  const jobs = counts.reduce((sum, [status, n]) => sum + (statuses.includes(status) ? n : 0), 0);
  return (
    <>
      <Choices
        legend="Which jobs"
        options={counts.map(([status, n]) => [status, `${status} (${n})`])}
        chosen={statuses}
        onPick={toggle}
      />
      {statuses.length === 0 ? (
        <p>Choose at least one status.</p>
      ) : (
        <>
          <p>Schedules {plural(jobs, 'job')}. On a machine with teuthology, run:</p>
          <Command text={rerunByStatus(run, config, statuses)} what="the command to rerun" />
        </>
      )}
    </>
  );
}

function Chosen({ run, config, jobs }: { run: RunItem; config: Config; jobs: readonly RerunJob[] }) {
  // Filters are separated by commas, so a description must not contain one.
  const named = jobs.flatMap(({ description }) => (description && !description.includes(',') ? [description] : []));
  const missing = jobs.length - named.length;
  return (
    <>
      {missing > 0 && <p>{plural(missing, 'job')} cannot be selected: no description, or a comma in it.</p>}
      {named.length > 0 && (
        <>
          <p>Schedules {plural(new Set(named).size, 'description')}. On a machine with teuthology, run:</p>
          <Command text={rerunByDescription(run, config, named)} what="the command to rerun" />
        </>
      )}
      {commonNodes(jobs).map((common) => (
        <NodeHint key={common.node} common={common} of={jobs.length} />
      ))}
    </>
  );
}

/** Explains how to keep jobs off a node that is suspect, or that most of the jobs ran on. */
function NodeHint({ common: { node, jobs, most }, of }: { common: CommonNode; of: number }) {
  const { data } = useApi<NodePage>(apiPath.node(node));
  const suspect = data?.node.suspect ?? null;
  if (suspect === null && !most) return null;
  const name = shortHost(node);
  return (
    <>
      <p>
        {suspect === null
          ? `${jobs} of ${plural(of, 'job')} ran on ${name}.`
          : `${name} is suspect: ${suspect.sentence}`}{' '}
        To keep the jobs off {name}, first run:
      </p>
      <Command text={markDown(node)} what={`the command to mark ${name} down`} />
    </>
  );
}

/** The command that kills a run, and the effect on its jobs. */
export function Kill({ run }: { run: RunItem }) {
  const [keep, setKeep] = useState(false);
  const { running, waiting, queued } = run.counts;
  return (
    <>
      <p>
        {plural(running + waiting, 'running job')} will be killed.{' '}
        {queued > 0 &&
          (keep
            ? `${plural(queued, 'queued job')} will stay in the queue and still run.`
            : `${plural(queued, 'queued job')} will be removed from the queue.`)}
      </p>
      {queued > 0 && (
        <label className="choice">
          <input type="checkbox" checked={keep} onChange={() => setKeep(!keep)} /> leave queued jobs in the queue
        </label>
      )}
      <p>On the machine where the jobs were started, run:</p>
      <Command text={killRun(run, keep)} what="the command to kill the run" />
    </>
  );
}

/** A button that shows the command to schedule some jobs again. */
export function RerunButton({ run, jobs, label }: { run: RunItem; jobs: readonly RerunJob[]; label: string }) {
  return (
    <DialogButton label={label} title={`Rerun ${plural(jobs.length, 'job')}`}>
      <Rerun run={run} jobs={jobs} />
    </DialogButton>
  );
}

/** The jobs that were marked with x, and the actions for them. */
export function MarkedJobs({ run, jobs, onClear }: { run: RunItem; jobs: readonly Job[]; onClear: () => void }) {
  if (jobs.length === 0) return null;
  return (
    <div className="marked-bar" role="status">
      <span className="strong">{plural(jobs.length, 'job')} marked</span>
      <RerunButton run={run} jobs={jobs} label="Rerun…" />
      <Button onClick={onClear}>Clear</Button>
    </div>
  );
}

/** The marked jobs, which the URL stores. */
export function useMarks(all: readonly Job[]) {
  const { set: marks, change } = useUrlSet('marks');
  const marked = useMemo(() => all.filter(({ job_id }) => marks.has(job_id)), [all, marks]);
  return {
    marks,
    marked,
    clear: () => change([]),
    /** Marks jobs. If all of them are already marked, removes the marks. */
    mark: (jobs: readonly Job[]) => {
      const ids = jobs.map(({ job_id }) => job_id);
      const next = ids.every((id) => marks.has(id))
        ? [...marks].filter((id) => !ids.includes(id))
        : [...new Set([...marks, ...ids])];
      change(next.slice(0, mostMarks));
    },
  };
}

/** More marks would make the URL too long. */
const mostMarks = 200;
