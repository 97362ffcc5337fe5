/** Where the files of a job are said to be. */
import { sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import type { PlacedJob } from '../../core/logs/places.ts';
import type { Reader, RunRow } from '../engine/schema.ts';

/** Longer short values are hostile; the place of such a job is that of its run and id. */
const longestSmall = 16 << 10;

/** A job of a run as its place in an archive depends on it, with its internal id. */
export async function placedJob(
  { kysely }: Reader,
  run: Pick<RunRow, 'id' | 'name'>,
  job_id: string,
): Promise<(PlacedJob & { id: number }) | Failure> {
  const row = await kysely
    .selectFrom('jobs')
    .select([
      'id',
      sql<string>`case when octet_length(small) > ${sql.lit(longestSmall)} then '{}' else small end`.as('small'),
    ])
    .where('run_id', '=', run.id)
    .where('job_id', '=', job_id)
    .executeTakeFirst();
  if (!row) return notFound('job', job_id);
  return { id: row.id, run: run.name, job_id, archive_path: archivePathIn(row.small) };
}

/** The `archive_path` among the short values of a job. */
export function archivePathIn(small: string): string | null {
  const { archive_path } = JSON.parse(small) as { archive_path?: unknown };
  return typeof archive_path === 'string' ? archive_path : null;
}
