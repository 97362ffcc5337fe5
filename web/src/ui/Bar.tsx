import type { CSSProperties } from 'react';
import { type JobStatus, statusesByUrgency } from '../../../src/core/job.ts';
import type { JobCounts } from '../../../src/core/run.ts';
import { number } from '../lib/format.ts';
import { StatusShape, statusKind } from './Status.tsx';

function present(counts: Partial<JobCounts>): { status: JobStatus; count: number }[] {
  return statusesByUrgency.map((status) => ({ status, count: counts[status] ?? 0 })).filter(({ count }) => count > 0);
}

interface CountsProps {
  counts: Partial<JobCounts>;
  onPick?: (status: JobStatus) => void;
  /** The statuses in the filter; all others are faded. */
  activeStatuses?: readonly string[];
}

/** Results as one bar. No part is narrower than 3 px, so that 1 failure in 5,000 is visible. */
export function Bar({ counts, total, onPick, activeStatuses = [] }: CountsProps & { total: number }) {
  const parts = present(counts);
  const sentence = parts.map(({ status, count }) => `${number(count)} ${status}`).join(', ');
  const className = (status: JobStatus) =>
    `bar-part fill-${status}${activeStatuses.length > 0 && !activeStatuses.includes(status) ? ' bar-faded' : ''}`;
  const style = (count: number): CSSProperties => ({ flexGrow: count });
  return (
    <div className={onPick ? 'bar bar-large' : 'bar'} title={`${sentence || 'no jobs'} of ${number(total)}`}>
      {parts.map(({ status, count }) =>
        onPick ? (
          // For the mouse only: the counts below do the same.
          <button
            key={status}
            type="button"
            className={className(status)}
            style={style(count)}
            tabIndex={-1}
            aria-hidden="true"
            onClick={() => onPick(status)}
          />
        ) : (
          <span key={status} className={className(status)} style={style(count)} />
        ),
      )}
    </div>
  );
}

/** The statuses that nearly every run has. They have fixed positions in lists. */
const usual: readonly JobStatus[] = ['fail', 'dead', 'pass'];

/** All statuses in order. In lists, those that most runs have come first, even with a count of 0, so that the numbers are aligned. */
function inPlaces(counts: Partial<JobCounts>): { status: JobStatus; count: number }[] {
  const places = usual.map((status) => ({ status, count: counts[status] ?? 0 }));
  return [...places, ...present(counts).filter(({ status }) => !usual.includes(status))];
}

/** Results as numbers, each with its shape; buttons if `onPick` is given. `aligned` aligns the numbers of several rows. */
export function Counts({ counts, onPick, activeStatuses = [], aligned }: CountsProps & { aligned?: boolean }) {
  return (
    <span className={aligned ? 'counts counts-aligned' : 'counts'}>
      {(aligned ? inPlaces(counts) : present(counts)).map(({ status, count }) =>
        onPick ? (
          <button
            key={status}
            type="button"
            className="button count"
            aria-pressed={activeStatuses.includes(status)}
            onClick={() => onPick(status)}
          >
            <StatusShape kind={status} /> {number(count)} {status}
          </button>
        ) : count === 0 ? (
          <span key={status} className="count" />
        ) : (
          <span key={status} className="count" title={`${number(count)} ${status}`}>
            <StatusShape kind={status} />
            {number(count)}
            <span className="hidden"> {status} </span>
          </span>
        ),
      )}
    </span>
  );
}

/** A cell: a status; or the share of it that is filled, from 0 to 1; or null for a run without the job. */
interface StripCell {
  status: string | number | null;
  title: string;
  /** Marks the cell of the run that the page shows. */
  current?: boolean;
}

/** The results of several runs, oldest first; read out as one sentence. */
export function Strip({ cells, sentence }: { cells: readonly StripCell[]; sentence: string }) {
  return (
    <span className="strip">
      <span className="hidden">{sentence}</span>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is identified by its position.
        <span key={index} {...lookOf(cell)} title={cell.title} aria-hidden="true" />
      ))}
    </span>
  );
}

function lookOf({ status, current = false }: StripCell): { className: string; style?: CSSProperties } {
  const cell = current ? 'strip-cell strip-current' : 'strip-cell';
  if (typeof status === 'number') {
    return {
      className: `${cell} strip-share`,
      style: { '--share': `${Math.round(status * 100)}%` } as CSSProperties,
    };
  }
  return { className: `${cell} fill-${status === null ? 'none' : statusKind(status)}` };
}
