import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, TestServer } from '../../helpers/server.ts';

/** What `GET /runs/` shows of a run, and `GET /runs/{name}/` of a job. */
export interface Entry {
  href: string;
  status: string;
  results: { pass: number; running: number; fail: number };
}

/** The keys of a job object. */
export const jobKeys = [
  'archive_path',
  'description',
  'duration',
  'email',
  'flavor',
  'job_id',
  'kernel',
  'last_in_suite',
  'machine_type',
  'mon_a_kernel_sha1',
  'mon_b_kernel_sha1',
  'name',
  'nuke_on_error',
  'os_type',
  'overrides',
  'owner',
  'pid',
  'roles',
  'success',
  'targets',
  'tasks',
  'teuthology_branch',
  'verbose',
];

/** The object of a job for which only `values` were sent. */
export function jobObject(values: Record<string, unknown>): Record<string, unknown> {
  return { ...Object.fromEntries(jobKeys.map((key) => [key, null])), ...values };
}

/** Creates a run with a unique name and returns the name. */
export async function newRun(server: TestServer): Promise<string> {
  const name = `run-${randomUUID()}`;
  await accepted(server.post('/runs/', { name }));
  return name;
}

/** Creates a job in a new run and returns its path. */
export async function newJob(server: TestServer, values: Record<string, unknown> = {}): Promise<string> {
  const run = await newRun(server);
  await accepted(server.post(`/runs/${run}/jobs/`, { job_id: '1', ...values }));
  return `/runs/${run}/jobs/1/`;
}

/** Expects a write to be answered with 200 and `{}`. */
export async function accepted(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  expect([status, text]).toEqual([200, '{}']);
}

/** Expects an error in the shape of all errors and returns its message. */
export function refused(answer: Answer, status: number): string {
  const { message } = answer.json as { message: string };
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.json).toEqual({ message: expect.stringMatching(/^\S[^\n]+$/) });
  // A stack trace would reveal internals of the server.
  expect(message).not.toMatch(/<!?(html|doctype|pre)|\bat .*:\d+:\d+|node_modules|\.ts\b/i);
  return message;
}

/** Reads the entry of a run or job in a list. */
export function entry(answer: Answer, key: string): Entry | undefined {
  return new Map(Object.entries(answer.json as Record<string, Entry>)).get(key);
}

/** The keys of a list in the order of the text; JSON.parse would move integer-like keys to the front. */
export function printedKeys({ text }: Answer): string[] {
  return [...text.matchAll(/("(?:[^"\\]|\\.)*"):\{"href"/g)].map(([, key]) => JSON.parse(key ?? ''));
}
