/** Random jobs that both servers can be asked for. */
import type { Reader } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { cleanJob } from './clean.ts';
import { openFindings } from './findings.ts';
import { type OldDatabase, oldJobs } from './old-database.ts';

/** Up to `size` jobs that were copied as they were, under the name that they have on both sides. */
export async function sampleJobs(
  old: OldDatabase,
  { kysely }: Reader,
  size: number,
): Promise<{ run: string; job_id: string }[]> {
  const { last } = await kysely
    .selectFrom('jobs')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const found = new Map<number, { run: string; job_id: string }>();
  // Ids have gaps, and some jobs were changed while they were copied.
  for (let attempt = 0; attempt < 3 * size && found.size < size; attempt++) {
    const job = await kysely
      .selectFrom('jobs')
      .innerJoin('runs', 'runs.id', 'jobs.run_id')
      .select(['jobs.id', 'jobs.job_id', 'runs.name as run'])
      .where('jobs.id', '>=', Math.ceil(Math.random() * Number(last ?? 0)))
      .orderBy('jobs.id')
      .limit(1)
      .executeTakeFirst();
    if (job) found.set(job.id, { run: job.run, job_id: job.job_id });
  }
  const asTheyWere: { run: string; job_id: string }[] = [];
  for (const ids of chunksOf([...found.keys()], 100)) {
    const names = await namesThere(old, ids);
    for (const { job } of await oldJobs(old, ids)) {
      const id = job.id as number;
      const here = found.get(id);
      if (!here || here.job_id !== job.job_id || here.run !== names.get(id)) continue;
      const findings = openFindings(null);
      cleanJob(job, { ...here, nodes: [], runPosted: null }, findings);
      if (findings.counts.size === 0) asTheyWere.push(here);
    }
  }
  return asTheyWere;
}

/** The names of the runs of jobs there; of jobs that share their `job_id` with another one, none. */
async function namesThere({ client }: OldDatabase, ids: number[]): Promise<Map<number, string>> {
  const { rows } = await client.query<{ id: number; name: string }>(
    `select jobs.id, runs.name from jobs join runs on runs.id = jobs.run_id where jobs.id = any ($1::bigint[])
     and not exists (select 1 from jobs other where other.run_id = jobs.run_id and other.job_id = jobs.job_id and other.id <> jobs.id)
     and not exists (select 1 from runs other where other.name = runs.name and other.id <> runs.id)`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
