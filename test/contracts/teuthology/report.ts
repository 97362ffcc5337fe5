import { expect } from 'vitest';
import type { Teuthology } from './start.ts';

/** A job or run as JSON. */
export type Shown = Record<string, unknown>;

/** A job that a test has posted: no other test uses its run. */
export interface NewJob {
  run: string;
  job_id: string;
  /** `/runs/{run}/` */
  runPath: string;
  /** `/runs/{run}/jobs/{job_id}/` */
  path: string;
}

let runs = 0;

/** The name of a run that no other test has; the name says nothing. */
export function newRunName(): string {
  return `run${++runs}`;
}

/** Posts a job, by default as job 1 of a run of its own. */
export async function newJob(server: Teuthology, fields: Shown = {}, run = newRunName()): Promise<NewJob> {
  const { job_id = '1' } = fields;
  const runPath = `/runs/${encodeURIComponent(run)}/`;
  const reply = await server.post(`${runPath}jobs/`, { job_id, ...fields });
  expect(reply).toMatchObject({ status: 200, json: { job_id: String(job_id) } });
  return { run, job_id: String(job_id), runPath, path: `${runPath}jobs/${job_id}/` };
}

/** Puts a body and expects `{}`. */
export async function change(server: Teuthology, { path }: { path: string }, body: unknown): Promise<void> {
  const { status, json } = await server.put(path, body);
  expect({ status, json }).toEqual({ status: 200, json: {} });
}

/** What a URL shows, expected to be there. */
export async function shown(server: Teuthology, path: string): Promise<Shown> {
  const { status, json } = await server.get(path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return json as Shown;
}

/** What a URL lists, expected to be there. */
export async function listed(server: Teuthology, path: string): Promise<Shown[]> {
  const list = await shown(server, path);
  expect(list).toBeInstanceOf(Array);
  return list as unknown as Shown[];
}
