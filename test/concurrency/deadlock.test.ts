/** Servers do not deadlock with each other, and recover from deadlocks with other programs. */
import { sql, type Transaction } from 'kysely';
import { describe, expect, test } from 'vitest';
import { orThrow } from '../../src/http/errors.ts';
import { type Db, open } from '../../src/store/db.ts';
import { lockRows } from '../../src/store/engine/dialect.ts';
import type { Schema } from '../../src/store/engine/schema.ts';
import { dropWaiting, recordAttempt } from '../../src/store/write/deliveries.ts';
import { addSubscription, testSubscription } from '../../src/store/write/subscriptions.ts';
import { effort } from '../helpers/effort.ts';
import { engines } from '../helpers/engines.ts';
import { someone } from '../helpers/server.ts';
import { type Client, createClient } from './client.ts';
import type { Mark } from './contract.ts';
import type { Instance } from './instance.ts';
import { wrongCounts } from './ledger.ts';
import { contractsOnServers, startServers, succeed, useServers } from './servers.ts';
import { teuthology } from './teuthology.ts';
import { whenWaiting } from './waiting.ts';

const runs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
const clientsPerServer = 30;
const rounds = 3 * effort;

const setups = contractsOnServers.filter(({ servers }) => servers > 1);

describe.each(setups)('$name', ({ contract, engine, servers: count }) => {
  test('concurrent batches over the same runs cause no deadlock', async () => {
    const database = await engine.createTables();
    const servers = await startServers(database.url, count, contract.settings);
    const clients = servers.flatMap(({ port }) => Array.from({ length: clientsPerServer }, () => createClient(port)));
    const mark: Mark = { text: 'a text', success: null };
    const setup = clients[0] as Client;
    // Reverse order, so that the order by name differs from the order by id.
    for (const run of runs.toReversed()) {
      await setup.send(contract.createRun(run));
      await setup.send(contract.createJob(run, 'shared', mark));
    }

    const statuses = new Set<number>();
    for (let round = 0; round < rounds; round++) {
      // A batch takes its locks within microseconds. To make sure that the batches of both servers overlap, a transaction locks
      // one run until both servers wait for it. The last client of each server changes that run.
      const held = pick();
      await whileBothWait(servers[0] as Instance, held, () =>
        clients.map(async (client, index) => {
          const run = index % clientsPerServer === clientsPerServer - 1 ? held : pick();
          const change = contract.updateJob(run, 'shared', { ...mark, success: round % 2 === 0 });
          statuses.add((await client.send(change)).status);
        }),
      );
    }
    for (const client of clients) client.close();
    expect([...statuses]).toEqual([200]);
    expect(servers.flatMap(({ errors }) => errors)).toEqual([]);
    for (const server of servers) await server.stop();

    const db = await open({ url: database.url, poolSize: 1, now: () => 0 });
    expect(await wrongCounts(db.kysely)).toEqual([]);
    expect(await deadlocks(db)).toBe(0);
    await db.close();
    await database.drop();
  });
});

describe('a deadlock with another program', () => {
  const postgres = engines.find(({ name }) => name === 'postgres') as (typeof engines)[0];
  const { instances, clients } = useServers(postgres, 1, teuthology.settings);

  test('is resolved by repeating the write that PostgreSQL chose as its victim', async () => {
    const [client] = clients(1) as [Client];
    const { db } = instances[0] as Instance;
    await succeed(client, teuthology.createRun('contended'));
    await succeed(client, { method: 'POST', path: '/nodes/', body: { name: 'contended' } });
    // PostgreSQL chooses the transaction that has waited for a second, which is the server's unless this test is slow.
    for (let attempt = 0, isResolved = false; !isResolved; attempt++) {
      const body = { job_id: `${attempt}`, targets: { 'ubuntu@contended': 'key' } };
      let answer: Promise<unknown> = Promise.resolve();
      isResolved = await db.kysely
        .transaction()
        .execute(async (transaction) => {
          await lockRows(db.engine, selectId(transaction, 'nodes')).execute();
          answer = succeed(client, { method: 'POST', path: '/runs/contended/jobs/', body });
          answer.catch(() => {});
          // The write has locked the run and waits for the node.
          await whenWaiting(db);
          await lockRows(db.engine, selectId(transaction, 'runs')).execute();
          return true;
        })
        .catch((error) => {
          expect(error).toMatchObject({ code: '40P01' });
          return false;
        });
      expect(await answer).toEqual({ job_id: `${attempt}` });
    }
  });
});

describe('switching off a subscription while a delivery ends', () => {
  const postgres = engines.find(({ name }) => name === 'postgres') as (typeof engines)[0];
  const { instances } = useServers(postgres, 1, teuthology.settings);

  test('causes no deadlock', async () => {
    const { db } = instances[0] as Instance;
    const values = { name: 'one', filter: '', events: 'run_finished', format: 'standard', target: 'https://x.example' };
    const added = await addSubscription(
      db,
      { ...values, enabled: true, secret: '' } as Parameters<typeof addSubscription>[1],
      { by: someone, at: 1 },
    );
    const { id: subscription_id } = orThrow(added);
    const { id, attempts } = orThrow(await testSubscription(db, subscription_id, 1));
    let ended: Promise<unknown> = Promise.resolve();
    await db.kysely.transaction().execute(async (transaction) => {
      const row = transaction.selectFrom('subscriptions').select('id').where('id', '=', subscription_id);
      await lockRows(db.engine, row).execute();
      const attempt = { outcome: 'delivered', answer_code: 204 } as const;
      ended = recordAttempt(db, { id, subscription_id, attempts, refused: null }, attempt, 2);
      ended.catch(() => {});
      await whenWaiting(db);
      await dropWaiting(transaction, subscription_id, 'switched off');
    });
    expect(await ended).toBe('delivered');
  });
});

function selectId(transaction: Transaction<Schema>, table: 'nodes' | 'runs') {
  return transaction.selectFrom(table).select('id').where('name', '=', 'contended');
}

function pick(): string {
  return runs[Math.floor(Math.random() * runs.length)] as string;
}

/** Starts work while a transaction locks a run, releases the run when two transactions wait, and waits for the work. */
async function whileBothWait({ db }: Instance, run: string, work: () => Promise<void>[]) {
  const started = await db.kysely.transaction().execute(async (transaction) => {
    await lockRows(db.engine, transaction.selectFrom('runs').select('id').where('name', '=', run)).execute();
    const promises = work();
    await whenWaiting(db, 2);
    return promises;
  });
  await Promise.all(started);
}

/** Counts deadlocks in PostgreSQL's statistics, because the server hides them by retrying. */
async function deadlocks({ kysely }: Db): Promise<number> {
  const number = async (text: string) => {
    const { rows } = await sql.raw<{ number: number }>(text).execute(kysely);
    return Number(rows[0]?.number);
  };
  // Sessions report their statistics at the latest when they end.
  const others =
    'select count(*) as number from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  await expect.poll(() => number(others)).toBe(0);
  return number('select deadlocks as number from pg_stat_database where datname = current_database()');
}
