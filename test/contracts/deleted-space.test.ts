/** A deleted run leaves no rows behind, and its space is reused. */
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom, letters } from '../../demo/random.ts';
import { databaseSize } from '../../src/store/upkeep/prune.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const runs = ['one', 'two', 'three'];
const jobsPerRun = 40;
const rounds = 6;

/** Tables whose rows belong to no run, or outlive it like those of the audit log. */
const notOfRuns = ['audit', 'indexed', 'migrations', 'nodes', 'queues', 'signatures', 'descriptions'];

const random = createRandom('deleted space');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A job of 8 KB of incompressible text. */
function newJob(job_id: number) {
  return {
    job_id,
    status: 'fail',
    failure_reason: `it broke ${letters(random, 100, alphabet)}`,
    description: `a/{b ${job_id}}`,
    overrides: { ceph: letters(random, 5_000, alphabet) },
    tasks: [{ install: letters(random, 3_000, alphabet) }],
    targets: { [`ubuntu@host${job_id % 5}.example.com`]: 'ssh-rsa AAAA' },
  };
}

describe.each(engines)('deleting runs on $name', (engine) => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
  });
  afterEach(() => server.stop());

  async function postRuns(): Promise<void> {
    for (const run of runs) {
      const posts = Array.from({ length: jobsPerRun }, (_, id) => server.post(`/runs/${run}/jobs/`, newJob(id)));
      for (const { status, text } of await Promise.all(posts)) expect({ status, text }).toMatchObject({ status: 200 });
    }
  }

  async function deleteRuns(): Promise<void> {
    for (const run of runs) expect(await server.request('DELETE', `/runs/${run}/`)).toMatchObject({ status: 200 });
  }

  async function tables(): Promise<string[]> {
    const names =
      engine.name === 'sqlite'
        ? sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`
        : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`;
    return (await names.execute(server.db.kysely)).rows.map(({ name }) => name);
  }

  /** The size of all tables in bytes, without the eight megabytes of an empty PostgreSQL database. */
  async function size(): Promise<number> {
    if (engine.name === 'sqlite') return (await databaseSize(server.db)).bytes;
    const { rows } = await sql<{ bytes: string }>`
      select sum(pg_total_relation_size(relid)) as bytes from pg_stat_user_tables
    `.execute(server.db.kysely);
    return Number(rows[0]?.bytes);
  }

  test('leaves none of their rows in any table, run by run and job by job', async () => {
    await postRuns();
    const filled = await countRows(server, await tables());
    expect(filled).toMatchObject({ runs: runs.length, jobs: 120, job_documents: 120, job_nodes: 120 });
    for (let id = 0; id < jobsPerRun; id++) {
      expect(await server.request('DELETE', `/runs/${runs[0]}/jobs/${id}/`)).toMatchObject({ status: 200 });
    }
    expect(await countRows(server, ['jobs', 'job_documents', 'job_nodes'])).toEqual({
      jobs: 80,
      job_documents: 80,
      job_nodes: 80,
    });
    await deleteRuns();
    const left = await countRows(
      server,
      (await tables()).filter((table) => !notOfRuns.includes(table)),
    );
    expect(Object.keys(left)).toEqual(expect.arrayContaining(['runs', 'jobs', 'job_documents', 'job_nodes']));
    expect(Object.values(left).filter((rows) => rows > 0)).toEqual([]);
  });

  test(`frees their space for new runs: after ${rounds} rounds the database is hardly larger than after two`, async () => {
    const sizes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await postRuns();
      sizes.push(await size());
      await deleteRuns();
      // As autovacuum does after about a minute.
      if (engine.name === 'postgres') await sql`vacuum`.execute(server.db.kysely);
    }
    expect(sizes[1]).toBeGreaterThan(runs.length * jobsPerRun * 8_000);
    expect(sizes.at(-1)).toBeLessThan(1.5 * (sizes[1] as number));
    if (engine.name === 'postgres') return;
    expect((await databaseSize(server.db)).free).toBeGreaterThan(runs.length * jobsPerRun * 8_000);
  });
});

test('PostgreSQL vacuums the tables of jobs after a fiftieth of the rows is deleted', async () => {
  const server = await startServer(engines.find(({ name }) => name === 'postgres') as (typeof engines)[0]);
  const { rows } = await sql<{ name: string; options: string[] }>`
    select relname as name, reloptions as options from pg_class where reloptions is not null and relkind = 'r'
    and relnamespace = current_schema()::regnamespace order by relname
  `.execute(server.db.kysely);
  await server.stop();
  const options = ['autovacuum_vacuum_scale_factor=0.02'];
  expect(rows).toEqual(['job_documents', 'job_nodes', 'jobs'].map((name) => ({ name, options })));
});

async function countRows({ db }: TestServer, tables: string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(db.kysely);
    counts[table] = Number(rows[0]?.rows);
  }
  return counts;
}
