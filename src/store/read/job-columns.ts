/** Which columns a list of jobs reads. */
import { documentFields, isDocumentField } from '../../core/job.ts';
import { jobColumns } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';
import type { JobColumn } from './jobs.ts';
import { isLongColumn, shortValue } from './long-values.ts';

/** Every column of a job that answers show. */
export const allColumns: readonly JobColumn[] = [
  'id',
  ...jobColumns.filter((column) => column !== 'document_hashes'),
  'run',
  ...documentFields,
];

/** Jobs with some columns; `short` leaves long values out. Joins only the tables that the columns need: lists of small columns never touch the documents. */
export function selectColumns(db: Reader, wanted: Set<JobColumn>, short = false) {
  const cut = short ? [...wanted].filter(isLongColumn) : [];
  const columns = [...wanted].flatMap((column) => {
    if (column === 'run') return 'runs.name as run' as const;
    if (short && isLongColumn(column)) return [];
    return isDocumentField(column) ? `job_documents.${column}` : `jobs.${column}`;
  }) as 'jobs.id'[];
  return db.kysely
    .selectFrom('jobs')
    .$if(wanted.has('run'), (query) => query.innerJoin('runs', 'runs.id', 'jobs.run_id') as never)
    .$if(
      [...wanted].some(isDocumentField),
      (query) => query.innerJoin('job_documents', 'job_documents.id', 'jobs.id') as never,
    )
    .select(columns)
    .$if(cut.length > 0, (query) => query.select(cut.map((column) => shortValue(column).as(column))) as never);
}
