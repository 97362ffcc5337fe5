/** Clients of both contracts write the same runs and jobs concurrently, and both always see correct counts. */
import { describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { classic } from './classic.ts';
import type { Client } from './client.ts';
import { type Contract, outcomeOf } from './contract.ts';
import { serverSetups, succeed, useServers } from './servers.ts';
import { teuthology } from './teuthology.ts';

const runs = ['run-a', 'run-b', 'run-c'];
const sharedJobs = ['0', '1', '2', '3', '4', '5'];
const clientsPerDoor = 12;
const writesPerClient = 20 * effort;

/** The values of a run that both contracts return. */
interface Seen {
  run: string;
  pass: number;
  fail: number;
  jobs: number;
}

describe.each(serverSetups)('$name', ({ engine, servers }) => {
  const { instances, clients } = useServers(engine, servers, ['--contract', 'classic']);

  test('concurrent writes through both ports keep the counts correct in every read', async () => {
    const second = await Promise.all(instances.map((instance) => instance.openDoor('teuthology')));
    const [firstReader, lastReader] = [clients(1)[0] as Client, clients(1, second)[0] as Client];
    for (const run of runs) {
      await succeed(firstReader, classic.createRun(run));
      for (const job of sharedJobs)
        await succeed(firstReader, classic.createJob(run, job, { text: '', success: null }));
    }

    let writing = true;
    const readers = [
      readUntil(() => !writing, firstReader, seenByClassic),
      readUntil(() => !writing, lastReader, seenByTeuthology),
    ];
    const writers = [
      ...clients(clientsPerDoor).map((client, index) => write(client, classic, index)),
      ...clients(clientsPerDoor, second).map((client, index) => write(client, teuthology, index)),
    ];
    const created = await Promise.all(writers).finally(() => {
      writing = false;
    });
    for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(3);

    const last = await seenByClassic(firstReader);
    expect(await seenByTeuthology(lastReader)).toEqual(last);
    const jobs = created.flat().length + runs.length * sharedJobs.length;
    expect(last.reduce((sum, run) => sum + run.jobs, 0)).toBe(jobs);
  });
});

/** Changes the shared jobs, and creates a new one every fourth time. Returns the ids of the new jobs. */
async function write(client: Client, contract: Contract, index: number): Promise<string[]> {
  const created: string[] = [];
  for (let count = 0; count < writesPerClient; count++) {
    const run = runs[(index + count) % runs.length] as string;
    const mark = { text: `${contract.name} ${index}:${count}`, success: outcomeOf(contract, index + count) };
    const shared = sharedJobs[(index * 5 + count * 7) % sharedJobs.length] as string;
    if (count % 4 > 0) await succeed(client, contract.updateJob(run, shared, mark));
    else {
      created.push(`${contract.name}-${index}-${count}`);
      await succeed(client, contract.createJob(run, created.at(-1) as string, mark));
    }
  }
  return created;
}

async function readUntil(stop: () => boolean, reader: Client, see: (reader: Client) => Promise<Seen[]>) {
  const jobs = new Map<string, number>();
  let reads = 0;
  for (; !stop(); reads++) {
    for (const seen of await see(reader)) {
      expect(seen.jobs, 'no job disappears').toBeGreaterThanOrEqual(jobs.get(seen.run) ?? sharedJobs.length);
      jobs.set(seen.run, seen.jobs);
    }
  }
  return reads;
}

async function seenByClassic(reader: Client): Promise<Seen[]> {
  const list = await succeed(reader, classic.readRuns());
  return runs.map((run) => {
    const { pass, fail, running } = classic.countsOf(list, run);
    return { run, pass, fail, jobs: pass + fail + running };
  });
}

/** Reads each run with its jobs, to compare the counts with the jobs. */
async function seenByTeuthology(reader: Client): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const run of runs) {
    type Run = { status: string; jobs_count: number; results: Record<string, number>; jobs: { status: string }[] };
    const { status, jobs_count, results, jobs } = (await succeed(reader, {
      method: 'GET',
      path: `/runs/${run}/`,
    })) as Run;
    const { pass = 0, fail = 0, unknown = 0, running = 0 } = results;
    expect({ run, sum: pass + fail + unknown + running, total: results.total }).toEqual({
      run,
      sum: jobs_count,
      total: jobs_count,
    });
    if (running > 0) expect(status).toBe('running');
    seen.push({ run, pass, fail, jobs: jobs.length });
  }
  return seen;
}
