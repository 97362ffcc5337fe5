import { statusKind } from './Status.tsx';

/** A cell: a status, a number of failures, or null for a run without the job. */
export interface StripCell {
  status: string | number | null;
  title: string;
}

/** The results of several runs, oldest first; read out as one sentence. */
export function Strip({ cells, sentence }: { cells: readonly StripCell[]; sentence: string }) {
  return (
    <span className="strip">
      <span className="hidden">{sentence}</span>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
        <span key={index} className={`strip-cell ${cellClass(cell.status)}`} title={cell.title} aria-hidden="true" />
      ))}
    </span>
  );
}

function cellClass(status: StripCell['status']): string {
  if (status === null) return 'fill-none';
  if (typeof status === 'number') return status > 0 ? 'fill-fail' : 'fill-pass';
  return `fill-${statusKind(status)}`;
}
