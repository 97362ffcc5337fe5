import type { CSSProperties } from 'react';
import { statusKind } from './Status.tsx';

/** A cell: a status, how much of it is filled as a share of 1, or null for a run without the job. */
export interface StripCell {
  status: string | number | null;
  title: string;
  /** Marks the cell of what the page is about. */
  current?: boolean;
}

/** The results of several runs, oldest first; read out as one sentence. */
export function Strip({ cells, sentence }: { cells: readonly StripCell[]; sentence: string }) {
  return (
    <span className="strip">
      <span className="hidden">{sentence}</span>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
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
