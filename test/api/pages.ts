import { expect } from 'vitest';
import type { Engine } from '../helpers/engines.ts';
import { type Answer, startServer, type TestServer } from '../helpers/server.ts';

const job_log_href_templ = 'https://logs.example/{run_name}/{job_id}/teuthology.log';

/** A server to which jobs are reported as teuthology does, and a reader of the dashboard's data. */
export interface Pages extends TestServer {
  /** Posts a job, which must be accepted. */
  report(run: string, job: Record<string, unknown>): Promise<void>;
  /** Reads the JSON of a path below /api, which must exist. */
  read<T>(path: string, headers?: Record<string, string>): Promise<T>;
}

/** Starts such a server on a new database. */
export async function startPages(engine: Engine): Promise<Pages> {
  const server = await startServer(engine, {
    contract: 'teuthology',
    job_log_href_templ,
  });
  return {
    ...server,
    async report(run, job) {
      const answer = await server.post(`/runs/${encodeURIComponent(run)}/jobs/`, job);
      expect(answer.text).toContain('job_id');
      expect(answer.status).toBe(200);
    },
    async read<T>(path: string, headers = {}) {
      const answer: Answer = await server.get(`/api${path}`, headers);
      expect(answer.status, answer.text.slice(0, 500)).toBe(200);
      return answer.json as T;
    },
  };
}

/** Names of daily runs of one suite, branch and machine type. */
export function runOn(day: number, branch = 'main'): string {
  return `yuriw-2026-11-${String(day).padStart(2, '0')}_09:00:00-rados-${branch}-distro-default-smithi`;
}
