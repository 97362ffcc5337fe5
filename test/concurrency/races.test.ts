/** Many concurrent clients, on one server and on two that share a PostgreSQL database. */
import { beforeAll, describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { type Client, createClient, type Request } from './client.ts';
import { type Contract, countOutcomes, type Mark, outcomeOf } from './contract.ts';
import type { Instance } from './instance.ts';
import { contractsOnServers, succeed, useServers } from './servers.ts';

const clientCount = 40;
const writesPerClient = 10 * effort;

describe.each(contractsOnServers)('$name', ({ contract, engine, servers }) => {
  const { instances, clients: connect } = useServers(engine, servers, contract.settings);
  let clients: Client[];

  beforeAll(() => {
    clients = connect(clientCount);
  });

  /** Sends one request from each client at the same time; returns the statuses. */
  async function all(request: (index: number) => Request): Promise<number[]> {
    return Promise.all(clients.map(async (client, index) => (await client.send(request(index))).status));
  }

  const ok = (request: Request) => succeed(clients[0] as Client, request);

  test('exactly one of many clients creates a run', async () => {
    for (let round = 0; round < 4 * effort; round++) {
      const statuses = await all(() => contract.createRun(`same-run-${round}`));
      expect(statuses.sort()).toEqual([200, ...Array(clientCount - 1).fill(400)]);
    }
  });

  test('exactly one of many clients creates a job, and its values are stored', async () => {
    await ok(contract.createRun('same-job'));
    for (let round = 0; round < 4 * effort; round++) {
      const mark = (index: number): Mark => ({ text: `client-${index}`, success: index % 2 === 0 });
      const statuses = await all((index) => contract.createJob('same-job', `${round}`, mark(index)));
      const winners = statuses.flatMap((status, index) => (status === 200 ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(statuses.filter((status) => status === 400)).toHaveLength(clientCount - 1);
      const stored = contract.markOf(await ok(contract.readJob('same-job', `${round}`)));
      expect(stored).toEqual(mark(winners[0] as number));
    }
  });

  const toMissing = contract.createsMissingRuns ? 'creates the run' : 'gets a 404';
  test(`a job that is posted together with its run is stored, or ${toMissing}`, async () => {
    const mark = { text: 'early', success: true };
    const [forRun, ...statuses] = await all((index) =>
      index === 0 ? contract.createRun('new-run') : contract.createJob('new-run', `${index}`, mark),
    );
    const allowed = contract.createsMissingRuns ? { run: [200, 400], job: [200] } : { run: [200], job: [200, 404] };
    expect(allowed.run).toContain(forRun);
    expect(statuses.filter((status) => !allowed.job.includes(status))).toEqual([]);
    const created = statuses.flatMap((status, index) => (status === 200 ? [`${index + 1}`] : []));
    const stored = contract.marksOf(await ok(contract.readJobs('new-run')));
    expect([...stored.keys()].sort()).toEqual(created.sort());
  });

  test('acknowledged updates are not lost or reordered, and every read sees correct counts', async () => {
    const run = 'updates';
    await ok(contract.createRun(run));
    const created = await all((index) => contract.createJob(run, `own-${index}`, { text: 'new', success: null }));
    expect(created).toEqual(Array(clientCount).fill(200));
    for (const shared of sharedJobs) await ok(contract.createJob(run, shared, { text: 'nobody:0', success: null }));

    let writing = true;
    const readers = [0, 1, 2, 3].map((index) => {
      const reader = createClient((instances[index % servers] as Instance).port);
      return readUntil(() => !writing, reader, contract, run, clientCount + sharedJobs.length).finally(reader.close);
    });
    const last = await Promise.all(clients.map((client, index) => writeAndCheck(client, index, contract, run))).finally(
      () => {
        writing = false;
      },
    );
    const reads = await Promise.all(readers);
    expect(Math.min(...reads)).toBeGreaterThan(3);

    const stored = contract.marksOf(await ok(contract.readJobs(run)));
    last.forEach(({ own }, index) => {
      expect(stored.get(`own-${index}`)).toEqual(own);
    });
    for (const shared of sharedJobs) {
      expect(last.map((marks) => marks.shared.get(shared)?.text)).toContain(stored.get(shared)?.text);
    }
    expect(contract.countsOf(await ok(contract.readRuns()), run)).toEqual(countOutcomes(stored.values()));
  });
});

const sharedJobs = ['shared-a', 'shared-b'];

/** Writes to the client's own job and to the shared ones, one write at a time; returns the last write of each. */
async function writeAndCheck(client: Client, index: number, contract: Contract, run: string) {
  const own = `own-${index}`;
  const shared = new Map<string, Mark>();
  let mark: Mark = { text: '', success: null };
  for (let count = 1; count <= writesPerClient; count++) {
    mark = { text: `${index}:${count}`, success: outcomeOf(contract, index + count) };
    const job = count % 3 === 0 ? (sharedJobs[count % 2] as string) : own;
    expect((await client.send(contract.updateJob(run, job, mark))).status).toBe(200);
    if (job !== own) shared.set(job, mark);
    if (count % 5 === 0) continue;
    const seen = contract.markOf((await client.send(contract.readJob(run, job))).json);
    if (job === own) expect(seen).toEqual(mark);
    // Another client may have written since then, but an earlier write of this client must not reappear.
    else if (seen.text.startsWith(`${index}:`)) expect(seen).toEqual(mark);
  }
  mark = { text: `${index}:${writesPerClient + 1}`, success: index % 2 === 0 };
  expect((await client.send(contract.updateJob(run, own, mark))).status).toBe(200);
  return { own: mark, shared };
}

/** Reads until told to stop; returns how often. */
async function readUntil(stop: () => boolean, reader: Client, contract: Contract, run: string, jobs: number) {
  const newest = new Map<string, number>();
  let reads = 0;
  for (; !stop(); reads++) {
    const { pass, fail, running } = contract.countsOf((await reader.send(contract.readRuns())).json, run);
    expect(pass + fail + running).toBe(jobs);
    const marks = contract.marksOf((await reader.send(contract.readJobs(run))).json);
    expect(marks.size).toBe(jobs);
    for (const [job, { text }] of marks) {
      const [writer, count] = text.split(':');
      const key = `${job} by ${writer}`;
      expect(Number(count ?? 0), key).toBeGreaterThanOrEqual(newest.get(key) ?? 0);
      newest.set(key, Number(count ?? 0));
    }
  }
  return reads;
}
