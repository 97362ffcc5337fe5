/** Gives every failed job failed test cases, and reads the causes that these stand for. */
import { expect } from 'vitest';
import type { Sql } from '../../bench/database.ts';
import { signatureVersion } from '../../src/core/signature.ts';
import type { Db } from '../../src/store/db.ts';
import type { Doors } from './requests.ts';

/** Ids of causes that no rule yields, so that `reindex` has to change all of them. */
const causes = Array.from({ length: 20 }, (_, at) => `ca5e00${String(at).padStart(2, '0')}`);
const planted = causes[7] as string;

/** Gives every failed job three failed cases, of twenty that fail equally often. */
export async function plantCases(sql: Sql): Promise<void> {
  for (const [at, id] of causes.entries()) {
    const row = `'${id}', ${signatureVersion}, 'test', 'test_${at} (t.Lamps)'`;
    await sql.query(`insert into signatures (id, version, kind, title) values (${row})`);
  }
  const number = '(jobs.id + places.place * 7) % 20';
  const id = `'ca5e00' || substr('0' || ${number}, length('0' || ${number}) - 1)`;
  await sql.query(
    `insert into failed_cases (job_id, place, name, hash, posted, result, message, signature)
      select jobs.id, places.place, 'test_' || ${number} || ' (t.Lamps)', 'hash ' || ${number}, jobs.posted, 'fail', 'dark', ${id}
      from jobs cross join (select 0 as place union all select 1 union all select 2) as places
      where jobs.status in ('fail', 'dead')`,
  );
}

/** Reads a cause that jobs have only by their test cases, and a job whose own cause is such a one. */
export async function readCaseCauses(db: Db, { teuthology }: Doors): Promise<void> {
  const failed = await db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['jobs.id', 'jobs.job_id', 'runs.name'])
    .where('jobs.status', '=', 'fail')
    .where('jobs.signature', 'is not', null)
    .orderBy('jobs.id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await db.kysely.updateTable('jobs').set({ signature: planted }).where('id', '=', failed.id).execute();
  const paths = [
    `causes/${planted}`,
    `runs?q=cause:${planted}`,
    `search?text=${planted}`,
    `runs/${encodeURIComponent(failed.name)}/jobs/${failed.job_id}`,
  ];
  for (const path of paths) {
    const { statusCode } = await teuthology.inject({ method: 'GET', url: `/api/${path}` });
    expect([path, statusCode]).toEqual([path, 200]);
  }
}
