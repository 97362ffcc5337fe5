/** A job posted to a missing run creates the run (teuthology contract §0.4). */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import type { Client } from './client.ts';
import { serverSetups, succeed, useServers } from './servers.ts';

const clientCount = 50;
const rounds = 5 * effort;

type Run = { name: string; status: string; jobs_count: number; results: Record<string, unknown> };
type Job = { job_id: string; description: string };

describe.each(serverSetups)('$name', ({ engine, servers }) => {
  const { instances, clients } = useServers(engine, servers, ['--contract', 'teuthology']);

  async function readRun(client: Client, name: string): Promise<Run & { jobs: Job[] }> {
    return (await succeed(client, { method: 'GET', path: `/runs/${name}/` })) as Run & { jobs: Job[] };
  }

  test('concurrent first jobs of a run are all stored, in one run', async () => {
    const all = clients(clientCount);
    const [reader] = all as [Client];
    for (let round = 0; round < rounds; round++) {
      const name = `named-jobs-${round}`;
      const answers = await Promise.all(
        all.map((client, index) => {
          const body = { job_id: `${index}`, description: `client ${index}`, status: 'queued' };
          return succeed(client, { method: 'POST', path: `/runs/${name}/jobs/`, body });
        }),
      );
      expect(answers).toEqual(all.map((_, index) => ({ job_id: `${index}` })));
      const { jobs, ...run } = await readRun(reader, name);
      expect(run).toMatchObject({ status: 'queued', jobs_count: clientCount });
      expect(run.results).toMatchObject({ queued: clientCount, total: clientCount });
      expect(new Set(jobs.map(({ job_id, description }) => `${job_id} ${description}`))).toEqual(
        new Set(all.map((_, index) => `${index} client ${index}`)),
      );
    }
    const list = (await succeed(reader, { method: 'GET', path: '/runs/?count=10000' })) as Run[];
    const names = list.map(({ name }) => name).filter((name) => name.startsWith('named-jobs-'));
    expect(names.sort()).toEqual(Array.from({ length: rounds }, (_, round) => `named-jobs-${round}`));
  });

  test('concurrent jobs without an id get different ids', async () => {
    const all = clients(clientCount);
    const [reader] = all as [Client];
    for (let round = 0; round < rounds; round++) {
      const name = `nameless-jobs-${round}`;
      const answers = await Promise.all(
        all.map(async (client, index) => {
          const body = { description: `client ${index}` };
          const answer = await succeed(client, { method: 'POST', path: `/runs/${name}/jobs/`, body });
          return { job_id: (answer as Job).job_id, ...body };
        }),
      );
      expect(new Set(answers.map(({ job_id }) => job_id)).size).toBe(clientCount);
      const { jobs } = await readRun(reader, name);
      expect(jobs).toHaveLength(clientCount);
      expect(jobs).toEqual(expect.arrayContaining(answers.map((answer) => expect.objectContaining(answer))));
    }
  });

  // On SQLite nothing can delete the run in between.
  test.runIf(engine.name === 'postgres' && servers === 1)(
    'a run that is deleted before its first job is stored is created again',
    async () => {
      const [client] = clients(1) as [Client];
      const { kysely } = (instances[0] as (typeof instances)[0]).db;
      await sql.raw('create sequence deletions').execute(kysely);
      await sql
        .raw(`create function delete_first() returns trigger language plpgsql as
        $$ begin if nextval('deletions') = 1 then delete from runs; end if; return null; end $$`)
        .execute(kysely);
      await sql
        .raw('create trigger delete_first after insert on runs for each statement execute function delete_first()')
        .execute(kysely);
      await succeed(client, { method: 'POST', path: '/runs/unlucky/jobs/', body: { job_id: '1', status: 'queued' } });
      expect(await readRun(client, 'unlucky')).toMatchObject({ jobs_count: 1, results: { queued: 1 } });
    },
  );
});
