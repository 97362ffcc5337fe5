/** What is wrong with the way in which a database carries out a statement. */

/**
 * Tables that grow with the use of a server: a job a line in the first three, and a run for some hundred of them. Nodes,
 * queues and causes stay as many as a lab has.
 */
export const bigTables: readonly string[] = ['jobs', 'job_documents', 'job_nodes', 'runs'];

/**
 * `scan`: goes through a big table, or through the whole of one of its indexes. `sort`: sorts far more rows than it
 * answers. `discard`: reads far more rows than it answers.
 */
export type FindingKind = 'scan' | 'sort' | 'discard';

/** One fault of one statement. */
export interface Finding {
  kind: FindingKind;
  /** The table; empty for what comes out of several. */
  table: string;
  /** For a person. */
  details: string;
}

/** Fewer rows than that are a page or the jobs of one run. */
export const fewRows = 250;

/** Rows sorted for each one that is answered. */
export const sortedForOne = 4;

/** Rows read for each one that is answered. */
export const readForOne = 50;
