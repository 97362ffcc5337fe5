import { fastify } from 'fastify';
import { expect } from 'vitest';
import { readCommandLine } from '../../src/config.ts';
import { compareRoutes } from '../../src/http/api/compare.ts';
import { historyRoutes } from '../../src/http/api/history.ts';
import { jobPageRoutes } from '../../src/http/api/job-page.ts';
import { runPageRoutes } from '../../src/http/api/run-page.ts';
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
  const get = await reader(server);
  return {
    ...server,
    get,
    async report(run, job) {
      const answer = await server.post(`/runs/${encodeURIComponent(run)}/jobs/`, job);
      expect(answer.text).toContain('job_id');
      expect(answer.status).toBe(200);
    },
    async read<T>(path: string, headers = {}) {
      const answer: Answer = await get(`/api${path}`, headers);
      expect(answer.status, answer.text.slice(0, 500)).toBe(200);
      return answer.json as T;
    },
  };
}

/** Reads from the server, and from a bare one over the same database what the server does not mount itself. */
async function reader(server: TestServer): Promise<TestServer['get']> {
  if (server.app.hasRoute({ method: 'GET', url: '/api/runs/:run/page' })) return server.get;
  const { config } = readCommandLine([], {});
  const context = { db: server.db, config: { ...config, job_log_href_templ }, now: () => Date.now() * 1000 };
  const app = fastify({ routerOptions: { maxParamLength: 1000 } });
  for (const routes of [runPageRoutes, jobPageRoutes, compareRoutes, historyRoutes]) {
    app.register(async (api) => routes(api, context), { prefix: '/api' });
  }
  await app.ready();
  return async (path, headers = {}) => {
    if (!path.startsWith('/api/')) return server.get(path, headers);
    const { statusCode, headers: answered, payload } = await app.inject({ url: path, headers });
    const isJson = String(answered['content-type']).includes('json');
    return {
      status: statusCode,
      headers: answered as never,
      text: payload,
      json: isJson && payload !== '' ? JSON.parse(payload) : undefined,
    };
  };
}

/** Names of runs of one suite, branch and machine type, one a day. */
export function runOn(day: number, branch = 'main'): string {
  return `yuriw-2026-11-${String(day).padStart(2, '0')}_09:00:00-rados-${branch}-distro-default-smithi`;
}
