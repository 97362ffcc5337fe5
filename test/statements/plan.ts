/** Faults of query plans. */

/** Tables that grow with the number of jobs and runs. The others (nodes, queues, causes) stay small. */
export const bigTables: readonly string[] = ['jobs', 'job_documents', 'job_nodes', 'failed_cases', 'runs'];

/**
 * `scan`: reads all of a big table or index. `sort`: sorts many more rows than it returns. `discard`: reads many more rows
 * than it returns.
 */
export type FindingKind = 'scan' | 'sort' | 'discard';

/** A fault of a statement. */
export interface Finding {
  kind: FindingKind;
  /** The table; empty when several are involved. */
  table: string;
  /** A description for the message. */
  details: string;
}

/** Up to this number of rows is a page, or the jobs of one run. */
export const fewRows = 250;

/** Allowed number of sorted rows per returned row. */
export const sortedForOne = 4;

/** Allowed number of read rows per returned row. */
export const readForOne = 50;
