import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Engine, engines, type TestDatabase } from '../helpers/engines.ts';
import { type Client, createClient, type Request } from './client.ts';
import { contracts } from './contracts.ts';
import { type Instance, startInstance, startProcess } from './instance.ts';
import { wrongCounts } from './ledger.ts';

/** Each engine with one server, and PostgreSQL with two server processes on one database: the rows of `describe.each`. */
export const serverSetups = engines.flatMap((engine) =>
  (engine.name === 'postgres' ? [1, 2] : [1]).map((servers) => ({
    name: `${engine.name}, ${servers > 1 ? `${servers} processes` : '1 server'}`,
    engine,
    servers,
  })),
);

/** Each of these setups with each contract. */
export const contractsOnServers = contracts.flatMap((contract) =>
  serverSetups.map((setup) => ({ ...setup, contract, name: `${contract.name} on ${setup.name}` })),
);

/** Starts servers on one database: a single one in this process, several as separate processes. */
export function startServers(url: string, servers: number, settings: string[]): Promise<Instance[]> {
  const start = servers > 1 ? startProcess : startInstance;
  return Promise.all(Array.from({ length: servers }, () => start(url, settings)));
}

/** Servers that share one database. */
export interface Servers {
  instances: Instance[];
  /** Creates clients that are spread evenly over the servers; they are closed with the servers. */
  clients(count: number, ports?: number[]): Client[];
}

/**
 * Starts servers before the tests of a suite and stops them afterwards. After each test the servers must not have logged
 * an error, and all stored counts must be correct.
 */
export function useServers(engine: Engine, servers: number, settings: string[]): Servers {
  let database: TestDatabase;
  const instances: Instance[] = [];
  const open: Client[] = [];
  beforeAll(async () => {
    database = await engine.createTables();
    instances.push(...(await startServers(database.url, servers, settings)));
  });
  afterEach(async () => {
    expect(instances.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await wrongCounts((instances[0] as Instance).db.kysely)).toEqual([]);
  });
  afterAll(async () => {
    for (const client of open) client.close();
    for (const instance of instances) await instance.stop();
    await database.drop();
  });
  return {
    instances,
    clients(count, ports = instances.map(({ port }) => port)) {
      const made = Array.from({ length: count }, (_, index) => createClient(ports[index % ports.length] as number));
      open.push(...made);
      return made;
    },
  };
}

/** Sends a request that must succeed and returns the JSON of the answer. */
export async function succeed(client: Client, request: Request): Promise<unknown> {
  const { status, json } = await client.send(request);
  expect({ request: `${request.method} ${request.path}`, status, json }).toMatchObject({ status: 200 });
  return json;
}
