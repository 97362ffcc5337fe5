/** The statements that write copied jobs: made where they are read, so that a thread hands over nothing but texts and values. */
import { documentFields } from '../../core/job.ts';
import { jobColumns } from '../engine/schema.ts';
import { chunksOf, repeated, type Statement } from '../engine/transaction.ts';
import { saveTexts, upsertText } from '../write/job-sql.ts';
import type { CopiedJob } from './job-state.ts';

/** Statements with `?` for parameters. */
export interface JobStatements {
  /** What jobs share with others, causes and descriptions: before the others. */
  shared: Statement[];
  own: Statement[];
}

/** Rows of a statement: its text is prepared once and used again. */
const rowsAtATime = 50;

/** Of the same failure the log or a test case may have told more meanwhile (write/excerpts.ts). */
const signature = `case when jobs.signature is not null and jobs.status = excluded.status
  and jobs.failure_reason is not distinct from excluded.failure_reason then jobs.signature else excluded.signature end`;

const upsertJobs = upsertText('jobs', ['id', ...jobColumns], 'id', ['id', 'run_id'], { signature });
const upsertDocuments = upsertText('job_documents', ['id', ...documentFields], 'id', ['id']);

/** The statements that write these jobs with their documents and links. */
export function jobStatements(jobs: CopiedJob[]): JobStatements {
  const states = jobs.map(({ state }) => state);
  return { shared: saveTexts('sqlite', states), own: chunksOf(jobs, rowsAtATime).flatMap(saveRows) };
}

function saveRows(jobs: CopiedJob[]): Statement[] {
  const documents = jobs.flatMap(({ state: { row, document } }) => [
    row.id,
    ...documentFields.map((key) => document[key] ?? null),
  ]);
  const links = jobs.flatMap(({ state: { row }, nodes }) =>
    nodes.map((node) => [node, row.id, row.posted, row.status]),
  );
  return [
    {
      sql: upsertJobs(jobs.length),
      parameters: jobs.flatMap(({ state: { row } }) => [row.id, ...jobColumns.map((column) => row[column])]),
    },
    { sql: upsertDocuments(jobs.length), parameters: documents },
    ...chunksOf(links, rowsAtATime).map((part) => ({
      sql: `insert into job_nodes (node_id, job_id, posted, status) values ${repeated('(?, ?, ?, ?)', part.length)}`,
      parameters: part.flat(),
    })),
  ];
}
