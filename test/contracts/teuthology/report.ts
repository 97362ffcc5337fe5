import { expect } from 'vitest';
import type { Teuthology } from './start.ts';

/** A JSON object of a job or run. */
export type Shown = Record<string, unknown>;

/** A job in its own run. */
export interface NewJob {
  run: string;
  job_id: string;
  /** `/runs/{run}/` */
  runPath: string;
  /** `/runs/{run}/jobs/{job_id}/` */
  path: string;
}

let runs = 0;

/** A unique run name that cannot be parsed. */
export function newRunName(): string {
  return `run${++runs}`;
}

/** Posts a job, by default as job 1 of a new run. */
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

/** Reads the object at a URL, which must exist. */
export async function shown(server: Teuthology, path: string): Promise<Shown> {
  const { status, json } = await server.get(path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return json as Shown;
}

/** Reads the list at a URL, which must exist. */
export async function listed(server: Teuthology, path: string): Promise<Shown[]> {
  const list = await shown(server, path);
  expect(list).toBeInstanceOf(Array);
  return list as unknown as Shown[];
}
