import { type PlannedJob, type PlannedRun, planRuns, timeText } from '../../demo/runs.ts';
import type { TestServer } from '../helpers/server.ts';

/** Posts ten days of the demo's runs, as its clients would. Returns them, oldest first. */
export async function seedLab(server: TestServer, runs = 16): Promise<PlannedRun[]> {
  const planned = planRuns({ seed: 7, runs, now: new Date(), days: 10 });
  for (const run of planned) await seedRun(server, run.name, run.jobs);
  return planned;
}

/** One run with exactly `size` jobs, shaped like a run of the demo, some of them failed. */
export async function seedLargeRun(server: TestServer, name: string, size: number): Promise<void> {
  const pool = planRuns({ seed: 11, runs: 40, now: new Date(), days: 5 }).flatMap((run) => run.jobs);
  const jobs = Array.from({ length: size }, (_, index) => {
    const job = pool[index % pool.length]!;
    const { document, summary, times } = job;
    return { document: { ...document, job_id: String(9_000_000 + index) }, summary, times };
  });
  await seedRun(server, name, jobs);
}

/** Posts a run with its jobs running, then the results of the jobs that have ended. */
export async function seedRun(
  server: Pick<TestServer, 'post' | 'put'>,
  name: string,
  jobs: readonly SeededJob[],
): Promise<void> {
  const created = await server.post('/runs/', { name });
  if (created.status !== 200) throw new Error(`${name}: ${created.text}`);
  for (let from = 0; from < jobs.length; from += 100) {
    await Promise.all(jobs.slice(from, from + 100).map((job) => seedJob(server, name, job)));
  }
}

type SeededJob = Pick<PlannedJob, 'document' | 'summary' | 'times'>;

async function seedJob(
  server: Pick<TestServer, 'post' | 'put'>,
  name: string,
  { document, summary, times }: SeededJob,
): Promise<void> {
  const updated = times === null ? {} : { updated: timeText(times.started) };
  const posted = await server.post(`/runs/${name}/jobs/`, { ...document, ...updated, name });
  if (posted.status !== 200) throw new Error(`${name}/${document.job_id}: ${posted.text}`);
  if (Object.keys(summary).length === 0) return;
  const put = await server.put(`/runs/${name}/jobs/${document.job_id}/`, { ...summary, name });
  if (put.status !== 200) throw new Error(`${name}/${document.job_id}: ${put.text}`);
}
