import { expect } from 'vitest';
import type { Engine } from '../helpers/engines.ts';
import { type Answer, startServer, type TestServer } from '../helpers/server.ts';

const job_log_href_templ = 'https://logs.example/{run_name}/{job_id}/teuthology.log';

/** A server that jobs are reported to as teuthology does, and the dashboard's data read from. */
export interface Pages extends TestServer {
  /** Posts a job; it must be accepted. */
  report(run: string, job: Record<string, unknown>): Promise<void>;
  /** The JSON of a path below /api, which must be there. */
  read<T>(path: string, headers?: Record<string, string>): Promise<T>;
}

/** Starts such a server on a database of its own. */
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

/** Names of runs of one suite, branch and machine type, one a day. */
export function runOn(day: number, branch = 'main'): string {
  return `yuriw-2026-11-${String(day).padStart(2, '0')}_09:00:00-rados-${branch}-distro-default-smithi`;
}
