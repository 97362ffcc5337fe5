/** Many clients lock and unlock the same nodes, on one server and on two that share a PostgreSQL database. */
import { beforeAll, describe, expect, test } from 'vitest';
import { lockOut } from '../../src/store/engine/dialect.ts';
import { effort } from '../helpers/effort.ts';
import type { Client } from './client.ts';
import { createLedger, type Ledger } from './lock-ledger.ts';
import { serverSetups, succeed, useServers } from './servers.ts';
import { whenWaiting } from './waiting.ts';

const clientCount = 60;
const nodeCount = 100;
const callsPerTest = 180 * effort;

describe.each(serverSetups)('locks on $name', ({ engine, servers }) => {
  const { instances, clients: connect } = useServers(engine, servers, ['--contract', 'teuthology']);
  let clients: Client[];

  beforeAll(() => {
    clients = connect(clientCount);
  });

  async function createNodes(machine_type: string): Promise<void> {
    for (let index = 0; index < nodeCount; index++) {
      const node = { name: `${machine_type}-${index}`, machine_type, up: true };
      await ok(clients[index % clientCount] as Client, 'POST', '/nodes/', node);
    }
  }

  /** Checks that the locks in the database are those that the clients hold. */
  async function expectStored(machine_type: string, ledger: Ledger): Promise<void> {
    const nodes = await ok(clients[0] as Client, 'GET', `/nodes/?machine_type=${machine_type}&locked=1`);
    const stored = (nodes as { name: string; locked_by: string }[]).map(({ name, locked_by }) => [name, locked_by]);
    expect(stored.sort()).toEqual([...ledger.owners()].sort());
  }

  test('no client is refused while there are enough nodes', async () => {
    await createNodes('plenty');
    const ledger = createLedger(nodeCount);
    // 40 clients with two nodes and 20 with one: exactly as many as there are.
    await Promise.all(
      clients.map(async (client, index) => {
        const count = index < nodeCount - clientCount ? 2 : 1;
        const hand = await openHand(client, `client${index}`, 'plenty', ledger);
        for (let call = 0; call < callsPerTest / clientCount; call += 2) {
          const names = await hand.lock(count);
          expect(names).toHaveLength(count);
          // Held for a few requests, so that few nodes are free and each returned node is needed.
          for (let reads = (index * 13 + call * 7) % 4; reads > 0; reads--) await hand.read(names);
          if (call % 3 === 0) await hand.unlockMany(names);
          else await Promise.all(names.map((name) => hand.unlock(name)));
        }
      }),
    );
    await expectStored('plenty', ledger);
  });

  test('no two clients get the same node while there are too few', async () => {
    await createNodes('scarce');
    await ok(clients[0] as Client, 'POST', '/nodes/', { name: 'wardens', locked: true, locked_by: 'warden' });
    const ledger = createLedger(nodeCount);
    await Promise.all(
      clients.map(async (client, index) => {
        const hand = await openHand(client, `client${index}`, 'scarce', ledger);
        for (let call = 0; call < callsPerTest / clientCount; call += 2) {
          const names = await hand.lock(1 + ((index * 7 + call) % 5));
          if (call % 5 === 0) await postJob(client, `${index}-${call}`, names);
          if (names.length === 0) continue;
          if (call % 4 === 0) await hand.tryToUnlock(names, 'wardens');
          if (names.length > 1 && index % 2 === 0) for (const name of names) await hand.unlock(name);
          else if (call % 7 !== 0) await hand.unlockMany(names);
          else await hand.unlockMany(names.slice(1));
        }
      }),
    );
    expect(ledger.refusals()).toBeGreaterThan(0);
    await expectStored('scarce', ledger);
  });

  test('lock_many finds a node that a concurrent transaction releases', async () => {
    const busy = { name: 'swap-b', machine_type: 'swap', up: true, locked: true, locked_by: 'bob' };
    await ok(clients[0] as Client, 'POST', '/nodes/', busy);
    await ok(clients[0] as Client, 'POST', '/nodes/', { name: 'swap-a', machine_type: 'swap', up: true });
    const { db } = instances[0] as (typeof instances)[0];
    let answer: Promise<unknown> = Promise.resolve();
    await db.kysely.transaction().execute(async (transaction) => {
      await lockOut(transaction, db.engine, 'nodes');
      const change = (name: string, locked: boolean) =>
        transaction
          .updateTable('nodes')
          .set({ locked, locked_by: locked ? 'eve' : null })
          .where('name', '=', name)
          .execute();
      await change('swap-a', true);
      const body = { count: 1, machine_type: 'swap', locked_by: 'ana', description: null };
      answer = ok(clients[0] as Client, 'POST', '/nodes/lock_many/', body);
      answer.catch(() => {});
      await whenWaiting(db);
      await change('swap-b', false);
    });
    expect(await answer).toMatchObject([{ name: 'swap-b', locked_by: 'ana' }]);
  });

  test('a node that a concurrent transaction creates is refused as existing', async () => {
    const { db } = instances[0] as (typeof instances)[0];
    let reply: ReturnType<Client['send']> | undefined;
    await db.kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('nodes').values({ name: 'newcomer', is_vm: false, locked: false }).execute();
      const body = { name: 'newcomer', description: 'of the client' };
      reply = (clients[0] as Client).send({ method: 'POST', path: '/nodes/', body });
      reply.catch(() => {});
      await whenWaiting(db);
    });
    expect(await reply).toMatchObject({ status: 400 });
    const node = await ok(clients[0] as Client, 'GET', '/nodes/newcomer/');
    expect(node).toMatchObject({ name: 'newcomer', description: null });
  });

  test('exactly one of many clients locks a node', async () => {
    await ok(clients[0] as Client, 'POST', '/nodes/', { name: 'single' });
    for (let round = 0; round < 10; round++) {
      const replies = await Promise.all(
        clients.map((client, index) => {
          const body = { name: 'single', locked: true, locked_by: `client${index}`, description: `${round}` };
          return client.send({ method: 'PUT', path: '/nodes/single/lock/', body });
        }),
      );
      const winners = replies.flatMap(({ status }, index) => (status === 200 ? [index] : []));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(clientCount - 1).fill(403)]);
      const locked_by = `client${winners[0]}`;
      expect(replies[winners[0] as number]?.json).toMatchObject({ locked: true, locked_by });
      await ok(clients[round] as Client, 'POST', '/nodes/unlock_many/', { names: ['single'], locked_by });
    }
  });
});

function ok(client: Client, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown> {
  return succeed(client, { method, path, body });
}

/** Posts a job that ran on nodes, so that its links refer to their rows while other clients lock them. */
async function postJob(client: Client, job_id: string, names: string[]): Promise<void> {
  const targets = Object.fromEntries(names.map((name) => [`ubuntu@${name}`, 'key']));
  await ok(client, 'POST', '/runs/on-nodes/jobs/', { job_id, targets, status: 'running' });
}

/** A client that locks and unlocks nodes and checks every answer against the ledger. */
async function openHand(client: Client, owner: string, machine_type: string, ledger: Ledger) {
  // A client sends one request after the other.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    /** Returns the names of the locked nodes; none when too few are free. */
    async lock(count: number): Promise<string[]> {
      const request = ledger.ask(count);
      const body = { count, machine_type, locked_by: owner, description: owner };
      const { status, json } = await inTurn(() => client.send({ method: 'POST', path: '/nodes/lock_many/', body }));
      if (status === 503) {
        expect((json as { message: string }).message).toMatch(/^only \d nodes available$/);
        expect(request.refused(), 'enough were free').toBe(true);
        return [];
      }
      expect({ status, json }).toMatchObject({ status: 200 });
      const nodes = json as { name: string }[];
      expect(nodes).toHaveLength(count);
      for (const node of nodes)
        expect(node).toMatchObject({ locked: true, locked_by: owner, description: owner, machine_type });
      const names = nodes.map(({ name }) => name);
      expect(request.granted(names, owner), 'already in other hands').toEqual([]);
      return names;
    },
    async unlock(name: string): Promise<void> {
      const given = ledger.giveBack([name]);
      const body = { name, locked: false, locked_by: owner, description: owner };
      await inTurn(() => ok(client, 'PUT', `/nodes/${name}/lock/`, body));
      given();
    },
    async unlockMany(names: string[]): Promise<void> {
      const given = ledger.giveBack(names);
      const unlocked = await inTurn(() => ok(client, 'POST', '/nodes/unlock_many/', { names, locked_by: owner }));
      expect(unlocked).toHaveLength(names.length);
      given();
    },
    async read(names: string[]): Promise<void> {
      const node = await inTurn(() => ok(client, 'GET', `/nodes/${names[0]}/`));
      expect(node).toMatchObject({ locked: true, locked_by: owner });
    },
    /** Tries to unlock nodes together with a foreign one, which must unlock none. */
    async tryToUnlock(names: string[], foreign: string): Promise<void> {
      const body = { names: [...names, foreign], locked_by: owner };
      const { status } = await inTurn(() => client.send({ method: 'POST', path: '/nodes/unlock_many/', body }));
      expect(status).toBe(403);
      await this.read(names);
    },
  };
}
