/** The history of runs as a table with a row for each description and a column for each run. */
import { isFailing } from './compare.ts';
import type { CausedJob } from './job.ts';
import { type JobStatus, jobStatuses } from './job.ts';
import type { Signature } from './signature.ts';

/** One description: its status in each run (an index into `jobStatuses`), its job and its cause. See `History` of the API. */
interface HistoryRow {
  description: string;
  status: number[];
  job_id: (string | null)[];
  signature: number[];
  /** The causes of failed test cases, only for the runs that have any. */
  case_causes: { run: number; causes: number[] }[];
}

/** A job of one of the runs. */
interface HistoryCell extends CausedJob<Signature> {
  job_id: string;
  status: JobStatus;
  description: string | null;
}

/**
 * Limits on the number of descriptions and on their total characters. A lab has a few thousand descriptions of 200 characters. Without limits,
 * fifty runs of 5,000 jobs that share no description took 400 MB, and sorting them took 1.4 s.
 */
const most = { rows: 20_000, characters: 8_000_000 };

/**
 * Collects the jobs of `runs` runs, in any order; number 0 is the oldest run. Once a limit is reached, jobs whose description is not in the table
 * yet are left out.
 */
export function historyRows(runs: number) {
  const rows = new Map<string, HistoryRow>();
  let characters = 0;
  const signatures = new Map<string, { place: number; signature: Signature }>();

  const placeOf = (signature: Signature) => {
    const known = signatures.get(signature.id);
    if (known) return known.place;
    signatures.set(signature.id, { place: signatures.size, signature });
    return signatures.size - 1;
  };

  const addRow = (description: string) => {
    if (rows.size >= most.rows || characters >= most.characters) return null;
    const row: HistoryRow = {
      description,
      status: new Array(runs).fill(-1),
      job_id: new Array(runs).fill(null),
      signature: new Array(runs).fill(-1),
      case_causes: [],
    };
    rows.set(description, row);
    characters += description.length;
    return row;
  };

  /** If several jobs of a run have the same description, a failing one represents them. */
  const add = (run: number, { job_id, status, description, signature, case_causes }: HistoryCell): void => {
    if (description === null) return;
    const row = rows.get(description) ?? addRow(description);
    if (row === null) return;
    const known = row.status[run] as number;
    if (known !== -1 && (failed(known) || !isFailing(status))) return;
    row.status[run] = jobStatuses.indexOf(status);
    row.job_id[run] = job_id;
    row.signature[run] = signature === null ? -1 : placeOf(signature);
    if (case_causes.length > 0) row.case_causes.push({ run, causes: case_causes.map(placeOf) });
  };

  return {
    add,
    /** Rows whose last job failed come first. They are then ordered by latest failure, number of failures and description. */
    rows: () => {
      const keyed = [...rows.values()].map((row) => ({ row, ...orderOf(row) }));
      keyed.sort(
        (a, b) =>
          b.failsNow - a.failsNow ||
          b.lastFailure - a.lastFailure ||
          b.failures - a.failures ||
          (a.row.description < b.row.description ? -1 : 1),
      );
      return keyed.map(({ row }) => row);
    },
    signatures: () => [...signatures.values()].map(({ signature }) => signature),
  };
}

function orderOf({ status }: HistoryRow): { failsNow: number; lastFailure: number; failures: number } {
  const order = { failsNow: 0, lastFailure: -1, failures: 0 };
  for (const [run, one] of status.entries()) {
    if (one === -1) continue;
    order.failsNow = Number(failed(one));
    if (order.failsNow === 0) continue;
    order.lastFailure = run;
    order.failures++;
  }
  return order;
}

function failed(place: number): boolean {
  const status = jobStatuses[place];
  return status !== undefined && isFailing(status);
}
