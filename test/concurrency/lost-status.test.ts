/**
 * Jobs keep the `status`, `success` and `timestamp` that they were posted with. The Python server lost them when jobs of
 * a new run were posted concurrently: it stored eleven of twelve as `unknown` (teuthology contract §7.39).
 */
import { describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import type { Client } from './client.ts';
import { serverSetups, succeed, useServers } from './servers.ts';

const posterCount = 8;
const updaterCount = 4;
const jobsPerPoster = 20 * effort;

const verdicts = [{ status: 'queued' }, { status: 'running' }, { status: 'waiting' }, { success: false }];

describe.each(serverSetups)('$name', ({ engine, servers }) => {
  const { clients } = useServers(engine, servers, ['--contract', 'teuthology']);

  const cases = [
    { where: 'to one new run', runOf: () => 'one-run' },
    { where: 'to a new run of each client', runOf: (poster: number) => `run-of-${poster}` },
    { where: 'to many new runs, whichever client comes first', runOf: (_: number, job: number) => `many-${job}` },
  ];
  test.each(cases)('concurrent jobs $where keep their status, success and timestamp', async ({ runOf }) => {
    let posting = true;
    const updaters = clients(updaterCount).map((client, index) =>
      update(client, runOf(index, index), `updated-${index}`, () => posting),
    );
    const posted = Promise.all(
      clients(posterCount).map(async (client, poster) => {
        const jobs = Array.from({ length: jobsPerPoster }, (_, index) => newJob(poster, index));
        for (const [index, job] of jobs.entries()) {
          const path = `/runs/${runOf(poster, index)}/jobs/`;
          expect(await succeed(client, { method: 'POST', path, body: job })).toEqual({ job_id: job.job_id });
        }
        return jobs.map((job, index) => ({ job, run: runOf(poster, index) }));
      }),
    );
    const all = await posted.finally(() => {
      posting = false;
    });
    expect(Math.min(...(await Promise.all(updaters)))).toBeGreaterThan(3);

    const [reader] = clients(1) as [Client];
    for (const { job, run } of all.flat()) {
      const stored = await succeed(reader, { method: 'GET', path: `/runs/${run}/jobs/${job.job_id}/` });
      expect(stored).toMatchObject(asStored(job));
    }
  });
});

type Job = { job_id: string; timestamp: string; status?: string; success?: boolean };

/** Every job has a unique timestamp, so that a mix-up of two jobs shows. */
function newJob(poster: number, index: number): Job {
  const [hour, minute, second] = [10 + Math.floor(index / 60), 10 + poster, String(index % 60).padStart(2, '0')];
  const timestamp = `2024-03-01_${hour}:${minute}:${second}`;
  return { job_id: `${poster}-${index}`, timestamp, ...verdicts[(poster + index) % verdicts.length] };
}

function asStored({ job_id, timestamp, status = 'fail', success }: Job) {
  return { job_id, status, success: success ?? null, timestamp: `${timestamp.replace('_', ' ')}.000000` };
}

/** Posts a job to a run that others fill, and updates it repeatedly. Returns the number of updates. */
async function update(client: Client, run: string, job_id: string, again: () => boolean): Promise<number> {
  const path = `/runs/${run}/jobs/`;
  const { status, json } = await client.send({ method: 'POST', path, body: { job_id, status: 'queued' } });
  expect({ status, json }).toEqual({ status: 200, json: { job_id } });
  let count = 0;
  for (; again(); count++) {
    const body = { status: ['running', 'waiting'][count % 2], timestamp: '1999-12-31_23:59:59' };
    await succeed(client, { method: 'PUT', path: `${path}${job_id}/`, body });
  }
  return count;
}
