/** Acknowledged writes survive a killed process and broken database connections. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { type ServerProcess, spawnServer } from '../helpers/process.ts';
import { createClient, type Request } from './client.ts';
import { type Contract, countOutcomes, type Mark, outcomeOf } from './contract.ts';
import { contractsOnEngines } from './contracts.ts';

/** Kills for each contract on each engine. */
const rounds = 2 * effort;
const writers = 4;
/** The number of acknowledged writes of each writer before something breaks. */
const writesBefore = 20;

/** What the only writer of a job knows about it. */
interface KnownJob {
  /** The last acknowledged write; null when the creation was not acknowledged. */
  acknowledged: Mark | null;
  /** Later writes that got no answer or a 503. Each may or may not be stored. */
  open: Mark[];
}

/** What the only writer of a run knows about it. */
interface KnownRun {
  run: string;
  created: boolean;
  jobs: Map<string, KnownJob>;
}

describe.each(contractsOnEngines)('$name', ({ contract, engine }) => {
  let database: Awaited<ReturnType<typeof engine.createDatabase>>;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    database = await engine.createTables();
  });

  afterAll(async () => {
    await server?.kill('SIGKILL');
    await database.drop();
  });

  test(`${rounds} times kill -9 lose no acknowledged write`, async () => {
    const everything: KnownRun[] = [];
    server = await spawnServer(database.url, contract.settings);
    for (let round = 0; round < rounds; round++) {
      const writing = startWriting(server.port, contract, `round-${round}`);
      await writing.acknowledged(writesBefore);
      // A different number of turns each round, so that the kill hits different moments of the next transaction.
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      expect(await server.kill('SIGKILL')).toBe('SIGKILL');
      everything.push(...(await writing.known));
      server = await spawnServer(database.url, contract.settings);
      await checkRuns(server.port, contract, everything.slice(-writers));
    }
    await checkRuns(server.port, contract, everything);
  });

  test('SIGTERM loses no acknowledged write', async () => {
    server ??= await spawnServer(database.url, contract.settings);
    const writing = startWriting(server.port, contract, 'stopped');
    await writing.acknowledged(writesBefore);
    expect(await server.kill('SIGTERM')).toBe(0);
    server = await spawnServer(database.url, contract.settings);
    await checkRuns(server.port, contract, await writing.known);
  });

  test.runIf(engine.name === 'postgres')(
    'after kill -9 of one of two servers the other keeps serving and has the acknowledged writes of both',
    async () => {
      server ??= await spawnServer(database.url, contract.settings);
      for (let round = 0; round < effort; round++) {
        const other = await spawnServer(database.url, contract.settings);
        const killed = startWriting(other.port, contract, `killed-${round}`);
        const alive = startWriting(server.port, contract, `alive-${round}`);
        await Promise.all([killed, alive].map((writing) => writing.acknowledged(writesBefore)));
        expect(await other.kill('SIGKILL')).toBe('SIGKILL');
        await alive.acknowledged(writesBefore);
        alive.stop();
        await checkRuns(server.port, contract, [...(await killed.known), ...(await alive.known)]);
        expect([...new Set(alive.statuses)]).toEqual([200]);
      }
      expect(server.errors).toEqual([]);
    },
  );

  test.runIf(engine.name === 'postgres')(
    'the server recovers from lost database connections without losing an acknowledged write',
    async () => {
      server ??= await spawnServer(database.url, contract.settings);
      const writing = startWriting(server.port, contract, 'cut');
      for (let times = 0; times < 5; times++) {
        await writing.acknowledged(writesBefore);
        expect(await cutConnections(database.url)).toBeGreaterThan(0);
      }
      await writing.acknowledged(writesBefore);
      writing.stop();
      const runs = await writing.known;
      expect(server.isAlive() ? 'alive' : server.complaints()).toBe('alive');
      expect([...new Set(writing.statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
      await checkRuns(server.port, contract, runs);
    },
  );
});

/** The running writers. */
interface Writing {
  /** Resolves to what the writers know when all of them have stopped. */
  known: Promise<KnownRun[]>;
  /** The statuses of all answers so far. */
  statuses: number[];
  /** Resolves after `count` more acknowledged writes of each writer; rejects when the writers stop before that. */
  acknowledged(count: number): Promise<void>;
  /** Lets each writer end after its current write. */
  stop(): void;
}

/** Starts writers that each create and change jobs of their own run, one write at a time, until stopped or disconnected. */
function startWriting(port: number, contract: Contract, round: string): Writing {
  const statuses: number[] = [];
  const counts = Array.from({ length: writers }, () => 0);
  let stopped = false;
  let wake = () => {};
  const known = Promise.all(
    counts.map(async (_, index) => {
      const run: KnownRun = { run: `${round}-${index}`, created: false, jobs: new Map() };
      const client = createClient(port);
      const send = async (request: Request) => {
        const { status } = await client.send(request);
        statuses.push(status);
        if (status === 200) counts[index] = (counts[index] as number) + 1;
        wake();
        return status === 200;
      };
      try {
        run.created = await send(contract.createRun(run.run));
        for (let count = 0; !stopped; count++) await writeOnce(send, contract, run, count);
      } catch {
        // The server was killed.
      }
      client.close();
      return run;
    }),
  );
  return {
    known,
    statuses,
    acknowledged(count) {
      const goals = counts.map((reached) => reached + count);
      return new Promise((resolve, reject) => {
        wake = () => {
          if (goals.every((goal, index) => (counts[index] as number) >= goal)) resolve();
        };
        void known.then(() => reject(new Error(`the writers stopped after ${counts} writes: ${statuses.slice(-10)}`)));
      });
    },
    stop() {
      stopped = true;
    },
  };
}

/** Creates a job with every fourth write and changes an earlier one with the others. */
async function writeOnce(
  send: (request: Request) => Promise<boolean>,
  contract: Contract,
  { run, jobs }: KnownRun,
  count: number,
): Promise<void> {
  const jobId = `${count % 4 === 0 ? count : 4 * Math.floor((count * 7919) % (count / 4 + 1))}`;
  const mark: Mark = { text: `write-${count}`, success: outcomeOf(contract, count) };
  const job = jobs.get(jobId) ?? { acknowledged: null, open: [] };
  // Its creation may have succeeded without an answer; creating it again would be refused then.
  if (job.acknowledged === null && job.open.length > 0) return;
  const request = job.acknowledged ? contract.updateJob(run, jobId, mark) : contract.createJob(run, jobId, mark);
  jobs.set(jobId, job);
  job.open.push(mark);
  if (await send(request)) {
    job.acknowledged = mark;
    job.open = [];
  }
}

/** Checks that the server has stored what the writers know. */
async function checkRuns(port: number, contract: Contract, runs: KnownRun[]): Promise<void> {
  const client = createClient(port);
  const list = await client.send(contract.readRuns());
  expect(list.status).toBe(200);
  for (const { run, created, jobs } of runs) {
    const { status, json } = await client.send(contract.readJobs(run));
    if (!created && status === 404) continue;
    expect({ run, status }).toEqual({ run, status: 200 });
    const stored = contract.marksOf(json);
    expect(contract.countsOf(list.json, run)).toEqual(countOutcomes(stored.values()));
    expect([...stored.keys()].filter((jobId) => !jobs.has(jobId))).toEqual([]);
    for (const [jobId, { acknowledged, open }] of jobs) {
      expect([acknowledged, ...open], `${run}/${jobId}`).toContainEqual(stored.get(jobId) ?? null);
    }
  }
  client.close();
}

/** Terminates the database connections of all servers and returns how many there were. */
async function cutConnections(url: string): Promise<number> {
  const admin = new pg.Client(url);
  await admin.connect();
  const { rows } = await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'paddles'`,
  );
  await admin.end();
  return rows.length;
}
