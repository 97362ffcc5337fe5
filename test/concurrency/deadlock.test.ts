/** Two servers that write batches over the same runs, in random order, never wait for each other. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Db, open } from '../../src/store/db.ts';
import { createClient } from './client.ts';
import type { Mark } from './contract.ts';
import type { Instance } from './instance.ts';
import { wrongCounts } from './ledger.ts';
import { contractsOnServers, startServers } from './servers.ts';

const runs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
const clientsPerServer = 30;
const writesPerClient = 25;

const setups = contractsOnServers.filter(({ servers }) => servers > 1);

describe.each(setups)('$name', { timeout: 60_000 }, ({ contract, engine, servers: count }) => {
  test('batches over the same runs in random order meet no deadlock', async () => {
    const database = await engine.createDatabase();
    const servers = await startServers(database.url, count, contract.settings);
    const [{ port }] = servers as [Instance];
    const mark: Mark = { text: 'a text', success: null };
    const setup = createClient(port);
    // The later a run is created here the earlier it sorts by name: an order by name is not one by id.
    for (const run of runs.toReversed()) {
      await setup.send(contract.createRun(run));
      await setup.send(contract.createJob(run, 'shared', mark));
    }
    setup.close();

    const statuses = await Promise.all(
      servers.flatMap((server) =>
        Array.from({ length: clientsPerServer }, async () => {
          const client = createClient(server.port);
          const seen = new Set<number>();
          for (let count = 0; count < writesPerClient; count++) {
            const run = runs[Math.floor(Math.random() * runs.length)] as string;
            seen.add(
              (await client.send(contract.updateJob(run, 'shared', { ...mark, success: count % 2 === 0 }))).status,
            );
          }
          client.close();
          return [...seen];
        }),
      ),
    );
    expect([...new Set(statuses.flat())]).toEqual([200]);
    expect(servers.flatMap(({ errors }) => errors)).toEqual([]);
    for (const server of servers) await server.stop();

    const db = await open({ url: database.url, poolSize: 1, now: () => 0 });
    expect(await wrongCounts(db.kysely)).toEqual([]);
    expect(await deadlocks(db)).toBe(0);
    await db.close();
    await database.drop();
  });
});

/** The server retries after a deadlock, so that only PostgreSQL's own statistics tell. */
async function deadlocks({ kysely }: Db): Promise<number> {
  const number = async (text: string) => {
    const { rows } = await sql.raw<{ number: number }>(text).execute(kysely);
    return Number(rows[0]?.number);
  };
  // Sessions report to the statistics when they end, at the latest.
  const others =
    'select count(*) as number from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  await expect.poll(() => number(others)).toBe(0);
  return number('select deadlocks as number from pg_stat_database where datname = current_database()');
}
