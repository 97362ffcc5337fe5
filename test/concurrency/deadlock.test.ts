/** Two servers that write batches over the same runs, in random order, never wait for each other. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createClient } from './client.ts';
import type { Mark } from './contract.ts';
import { contractsOnEngines } from './contracts.ts';
import { type Instance, startInstance } from './instance.ts';
import { wrongCounts } from './ledger.ts';

const runs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
const clientsPerServer = 30;
const writesPerClient = 25;

const onPostgres = contractsOnEngines.filter(({ engine }) => engine.name === 'postgres');

describe.each(onPostgres)('$name, 2 servers', { timeout: 60_000 }, ({ contract, engine }) => {
  test('batches over the same runs in random order meet no deadlock', async () => {
    const database = await engine.createDatabase();
    const servers = [
      await startInstance(database.url, contract.settings),
      await startInstance(database.url, contract.settings),
    ];
    const [{ db, port }] = servers as [Instance];
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
    expect(await wrongCounts(db.kysely)).toEqual([]);
    expect(await deadlocks(db)).toBe(0);

    for (const server of servers) await server.stop();
    await database.drop();
  });
});

/** The server retries after a deadlock, so that only PostgreSQL's own statistics tell. */
async function deadlocks({ kysely }: Instance['db']): Promise<number> {
  // Sessions report to the statistics at most once a second, and only when they are asked something again.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await Promise.all(Array.from({ length: 30 }, () => sql`select pg_sleep(0.02)`.execute(kysely)));
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()
  `.execute(kysely);
  return Number(rows[0]?.deadlocks);
}
