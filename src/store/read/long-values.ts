/** Long values in lists: a page of a hundred jobs must fit into memory, however long their texts are. */
import { type RawBuilder, sql } from 'kysely';
import { documentFields, isDocumentField } from '../../core/job.ts';
import type { Reader } from '../reader.ts';

/** Bytes from which on a value is long: jobs have 8 to 60 KB in all of theirs. Neither engine reads a text to tell how long it is. */
const longest = 64 << 10;

/** The columns of a job that hold any text of a client. */
const longColumns = ['small', 'more', 'failure_reason', 'description', 'name', ...documentFields] as const;

/** One of them. */
export type LongColumn = (typeof longColumns)[number];

/** Whether a column can hold a long value. */
export function isLongColumn(column: string): column is LongColumn {
  return (longColumns as readonly string[]).includes(column);
}

function referTo(column: LongColumn): RawBuilder<string | null> {
  if (column === 'description') return sql.ref('descriptions.description');
  return sql.ref(isDocumentField(column) ? `job_documents.${column}` : `jobs.${column}`);
}

/** Stands for a long value. Somebody who sends it as a value has it read once more. */
const leftOut = '\u0001';

/** The value of a column, or what `isCut` knows it by when it is long. */
export function shortValue(column: LongColumn): RawBuilder<string | null> {
  return unlessLong(column, leftOut);
}

function unlessLong(column: LongColumn, instead: string): RawBuilder<string> {
  const value = referTo(column);
  return sql`case when octet_length(${value}) > ${sql.lit(longest)} then ${sql.lit(instead)} else ${value} end`;
}

/** Whether a list has left out a value of a job. */
export function isCut(job: Partial<Record<LongColumn, unknown>>): boolean {
  return longColumns.some((column) => job[column] === leftOut);
}

/** The beginning of a text that lists show and look into: longer ones are for the page of the job. */
export function beginningOfText(column: 'failure_reason' | 'description'): RawBuilder<string | null> {
  return sql`substr(${referTo(column)}, 1, ${sql.lit(longestShown)})`;
}

/** Characters; causes are found in the first 8,192 (core/signature.ts). */
const longestShown = 16_384;

/** The text of a JSON object, an empty one when it is long. */
export function shortObject(column: 'small' | 'more'): RawBuilder<string> {
  return unlessLong(column, '{}');
}

/** The job with the values that a list has left out. */
export async function withLongValues<Job extends { id: number }>(db: Reader, job: Job): Promise<Job> {
  const wanted = longColumns.filter((column) => column in job);
  const values = await db.kysely
    .selectFrom('jobs')
    .innerJoin('job_documents', 'job_documents.id', 'jobs.id')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(wanted.map((column) => referTo(column).as(column)))
    .where('jobs.id', '=', job.id)
    .executeTakeFirst();
  // A job that was deleted meanwhile keeps the others.
  return { ...job, ...values };
}
