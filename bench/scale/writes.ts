/** POST and PUT of jobs, in runs that are removed afterwards. */
import { joinObject } from '../../src/core/json-text.ts';
import { request } from '../requests.ts';
import { reporter } from './jobs.ts';
import { measure, type Timing } from './measure.ts';
import type { ScaleOptions } from './options.ts';
import { type ScaleRun, scaleRun } from './plan.ts';

/** Times by request and number of clients. */
export type WriteTimings = { title: string; clients: number; timing: Timing }[];

/** The titles of what is measured here. */
export const writeTitles = {
  post: 'POST /runs/:run/jobs (8 KB)',
  put: 'PUT /runs/:run/jobs/:job_id (status)',
} as const;

/** Measures with each number of clients; every measurement has a run of its own, in the last of which jobs stay away. */
export async function measureWrites(
  port: number,
  clientCounts: readonly number[],
  { documentBytes, seconds, requests }: Pick<ScaleOptions, 'documentBytes' | 'seconds' | 'requests'>,
): Promise<WriteTimings> {
  const reports = reporter(documentBytes);
  const timings: WriteTimings = [];
  // The first round warms up the server, which an empty database would otherwise find cold.
  for (const [round, clients] of [clientCounts[0] ?? 1, ...clientCounts].entries()) {
    const run: ScaleRun = {
      ...scaleRun(0),
      name: `writer-2024-12-31_00:00:0${round}-rados-bench-distro-default-smithi`,
    };
    const all = reports(run, false);
    const posts = all.filter(({ kind }) => kind === 'create');
    const puts = all.filter(({ texts }) => texts.get('status') === '"running"');
    const path = `/runs/${run.name}/jobs/`;
    const limits = { port, clients, seconds, requests: Math.min(requests, run.jobs), status: 200 };
    const bodies = posts.map(({ texts }) => request('POST', path, joinObject(texts)));
    const post = await measure((n) => bodies[n] as Buffer, limits);
    const posted = new Set(posts.slice(0, post.requests).map(({ job_id }) => job_id));
    const changes = puts
      .filter(({ job_id }) => posted.has(job_id))
      .map(({ job_id, texts }) => request('PUT', `${path}${job_id}/`, joinObject(texts)));
    const put = await measure((n) => changes[n] as Buffer, { ...limits, requests: changes.length });
    const answer = await fetch(`http://127.0.0.1:${port}/runs/${run.name}/`, { method: 'DELETE' });
    if (!answer.ok) throw new Error(`DELETE of a run was answered with ${answer.status}`);
    if (round === 0) continue;
    timings.push({ title: writeTitles.post, clients, timing: post }, { title: writeTitles.put, clients, timing: put });
  }
  return timings;
}
