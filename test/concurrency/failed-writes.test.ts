/** Writes that fail in the database after some of their statements succeeded. */
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { engines } from '../helpers/engines.ts';
import type { Client, Request } from './client.ts';
import { contractsOnEngines } from './contracts.ts';
import { digest } from './ledger.ts';
import { succeed, useServers } from './servers.ts';
import { teuthology } from './teuthology.ts';

const refusal = 'refused by a trigger';

describe.each(contractsOnEngines)('$name', ({ contract, engine }) => {
  const { instances, clients } = useServers(engine, 1, contract.settings);
  const db = () => (instances[0] as (typeof instances)[0]).db;
  const newMark = () => ({ text: `a text of its own ${++marks}`, success: true });
  let marks = 0;

  /** Sends a write that fails in the database, and checks that it is answered with 500 and stores nothing. */
  async function expectRefused(client: Client, request: Request): Promise<void> {
    const before = await digest(db().kysely);
    expect(await client.send(request)).toMatchObject({ status: 500 });
    expect(await digest(db().kysely)).toBe(before);
  }

  /** Checks that the servers logged the errors of the triggers and no others. */
  function expectRefusalsLogged(): void {
    const errors = instances.flatMap((instance) => instance.errors.splice(0));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.filter((line) => !line.includes(refusal) && !line.includes('"status":500'))).toEqual([]);
  }

  afterEach(() => dropTriggers(db()));

  test('a write that fails in the database changes nothing, and succeeds once the fault is gone', async () => {
    const [client] = clients(1) as [Client];
    await succeed(client, contract.createRun('sound'));
    await succeed(client, contract.createRun('refused'));
    await succeed(client, contract.createJob('refused', '1', newMark()));
    await createTriggers(db());
    const writes = [
      contract.createJob('sound', 'refused', newMark()),
      contract.updateJob('refused', '1', newMark()),
      contract.createJob('refused', '2', newMark()),
      // The job creates its run, so the first statements fail instead of the last ones.
      ...(contract.createsMissingRuns ? [contract.createJob('refused-new', '1', newMark())] : []),
    ];
    for (const write of writes) await expectRefused(client, write);
    expectRefusalsLogged();
    await dropTriggers(db());
    for (const write of writes) await succeed(client, write);
  });

  test('writes in one transaction with a failing write are stored', async () => {
    const [reader, ...others] = clients(41) as [Client, ...Client[]];
    await succeed(reader, contract.createRun('shared'));
    await createTriggers(db());
    for (let round = 0; round < 3; round++) {
      const jobIds = others.map((_, index) => (index === 7 ? 'refused' : `${round}-${index}`));
      const mark = newMark();
      const replies = await Promise.all(
        others.map((client, index) => client.send(contract.createJob('shared', jobIds[index] as string, mark))),
      );
      expect(replies.map(({ status }) => status)).toEqual(jobIds.map((jobId) => (jobId === 'refused' ? 500 : 200)));
    }
    expectRefusalsLogged();
    expect(contract.marksOf(await succeed(reader, contract.readJobs('shared'))).size).toBe(3 * 39);
  });
});

describe.each(engines)('nodes on $name', (engine) => {
  const { instances, clients } = useServers(engine, 1, teuthology.settings);

  test('a write that fails in the database changes no node', async () => {
    const [client, other] = clients(2) as [Client, Client];
    const { db, errors } = instances[0] as (typeof instances)[0];
    for (const name of ['sound', 'refused']) {
      await succeed(client, { method: 'POST', path: '/nodes/', body: { name, machine_type: 'kind', up: true } });
    }
    await createTriggers(db);
    const before = await digest(db.kysely);
    const both = { count: 2, machine_type: 'kind', locked_by: 'ana', description: null };
    expect(await client.send({ method: 'POST', path: '/nodes/lock_many/', body: both })).toMatchObject({ status: 500 });
    expect(await digest(db.kysely)).toBe(before);
    const replies = await Promise.all([
      client.send({ method: 'PUT', path: '/nodes/refused/', body: { description: 'changed' } }),
      other.send({ method: 'PUT', path: '/nodes/sound/', body: { description: 'changed' } }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([500, 200]);
    expect(errors.splice(0).some((line) => line.includes(refusal))).toBe(true);
    await dropTriggers(db);
    expect(await succeed(client, { method: 'POST', path: '/nodes/lock_many/', body: both })).toHaveLength(2);
  });
});

describe.each(engines)('texts on $name', (engine) => {
  const { instances, clients } = useServers(engine, 1, teuthology.settings);

  test('a description and a cause of a failed write are stored with the next write that has them', async () => {
    const [client] = clients(1) as [Client];
    const { db, errors } = instances[0] as (typeof instances)[0];
    const body = { status: 'fail', description: 'rados/{a b}', failure_reason: 'it broke' };
    const post = (job_id: string): Request => ({ method: 'POST', path: '/runs/run/jobs/', body: { ...body, job_id } });
    await createTriggers(db);
    expect(await client.send(post('refused'))).toMatchObject({ status: 500 });
    await succeed(client, post('sound'));
    expect(errors.splice(0).some((line) => line.includes(refusal))).toBe(true);
    const { description_hash, signature } = await db.kysely
      .selectFrom('jobs')
      .select(['description_hash', 'signature'])
      .executeTakeFirstOrThrow();
    const descriptions = await db.kysely.selectFrom('descriptions').selectAll().execute();
    expect(descriptions).toEqual([{ hash: description_hash, description: body.description }]);
    const signatures = await db.kysely.selectFrom('signatures').selectAll().execute();
    expect(signatures).toMatchObject([{ id: signature, title: body.failure_reason }]);
  });
});

const triggers = [
  { name: 'refuse_job', on: 'insert on jobs', when: "new.job_id = 'refused'" },
  { name: 'refuse_new_run', on: 'insert on runs', when: "new.name = 'refused-new'" },
  // The last statement of a transaction, after all others have succeeded.
  { name: 'refuse_run', on: 'update on runs', when: "new.name = 'refused'" },
  { name: 'refuse_node', on: 'update on nodes', when: "new.name = 'refused'" },
];

/** Makes the database refuse jobs, changes of runs and changes of nodes that are called `refused`. */
async function createTriggers({ engine, kysely }: Db): Promise<void> {
  const body = engine === 'sqlite' ? `begin select raise(abort, '${refusal}'); end` : 'execute function refuse()';
  if (engine === 'postgres') {
    const statement = `create or replace function refuse() returns trigger language plpgsql
      as $$ begin raise exception '${refusal}'; end $$`;
    await sql.raw(statement).execute(kysely);
  }
  for (const { name, on, when } of triggers) {
    await sql.raw(`create trigger ${name} after ${on} for each row when (${when}) ${body}`).execute(kysely);
  }
}

async function dropTriggers({ engine, kysely }: Db): Promise<void> {
  for (const { name, on } of triggers) {
    const table = engine === 'postgres' ? on.replace(/^\w+/, '') : '';
    await sql.raw(`drop trigger if exists ${name}${table}`).execute(kysely);
  }
}
