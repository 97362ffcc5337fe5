/** Every description once, so that a part of one is found without going through the jobs. */
import { sql } from 'kysely';
import { signatureVersion } from '../../core/signature.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import type { Reader } from '../reader.ts';

/** Above every internal id: all jobs are up to date, and new ones always are. */
export const everything = Number.MAX_SAFE_INTEGER;

/** Whether every job has been computed with the current rules. */
export async function isIndexed({ kysely }: Pick<Reader, 'kysely'>): Promise<boolean> {
  const { version, up_to } = await kysely.selectFrom('indexed').selectAll().executeTakeFirstOrThrow();
  return version === signatureVersion && up_to === everything;
}

/** A list of hashes is one parameter; a million jobs have some thousand descriptions. */
const mostHashes = 2000;
/**
 * So many jobs are read and sorted in 20 ms. Of a million jobs every hundredth is one of more: a page of 10 is found
 * sooner by going through the jobs from the newest one on.
 */
const mostJobs = 8000;

/**
 * The hashes of the descriptions that contain a text, case and all; null when their jobs are found sooner without them, or
 * when some stored jobs have no hash yet.
 */
export async function descriptionsWith(db: Reader, part: string): Promise<string[] | null> {
  if (part === '' || !(await isIndexed(db))) return null;
  const rows = await db.kysely
    .selectFrom('descriptions')
    .select('hash')
    .where(contains(db.engine, 'descriptions.description', part))
    .limit(mostHashes + 1)
    .execute();
  if (rows.length > mostHashes) return null;
  const hashes = rows.map(({ hash }) => hash);
  const jobs = db.kysely
    .selectFrom('jobs')
    .select(sql<number>`1`.as('one'))
    .where('description_hash', 'is not', null)
    .where(oneOf(db.engine, 'jobs.description_hash', hashes))
    .limit(mostJobs + 1);
  const counted = db.kysely.selectFrom(jobs.as('some')).select(({ fn }) => fn.countAll<number>().as('count'));
  return (await counted.executeTakeFirstOrThrow()).count > mostJobs ? null : hashes;
}
