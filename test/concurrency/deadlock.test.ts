/** Two servers that write batches to the same runs, in random order, never deadlock. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Db, open } from '../../src/store/db.ts';
import { lockRows } from '../../src/store/engine/dialect.ts';
import { type Client, createClient } from './client.ts';
import type { Mark } from './contract.ts';
import type { Instance } from './instance.ts';
import { wrongCounts } from './ledger.ts';
import { contractsOnServers, startServers } from './servers.ts';
import { whenWaiting } from './waiting.ts';

const runs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
const clientsPerServer = 30;
const rounds = 12;

const setups = contractsOnServers.filter(({ servers }) => servers > 1);

describe.each(setups)('$name', ({ contract, engine, servers: count }) => {
  test('concurrent batches over the same runs cause no deadlock', async () => {
    const database = await engine.createDatabase();
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
      // A batch takes its locks within microseconds. To make the batches of both servers overlap for certain, a transaction
      // holds one run until both wait for it; the last client of each server changes that run.
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

function pick(): string {
  return runs[Math.floor(Math.random() * runs.length)] as string;
}

/** Starts work while a transaction holds a run, releases the run when two transactions wait, and waits for the work. */
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
  // Sessions report their statistics when they end, at the latest.
  const others =
    'select count(*) as number from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  await expect.poll(() => number(others)).toBe(0);
  return number('select deadlocks as number from pg_stat_database where datname = current_database()');
}
