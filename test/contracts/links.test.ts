/** Links to runs and jobs whose names contain characters with a special meaning in URLs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPath, logLinks, pagePath } from '../../src/core/paths.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import { engines } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const names = [
  'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi,mira',
  'a-{job_id}#?x',
  '100% of a b',
  '%2F%7Bjob_id%7D',
  '{run_name}&c=d;e',
  'ä"<>\\',
];

describe.each(engines)('links on $name', (engine) => {
  const servers: Record<string, TestServer> = {};

  beforeAll(async () => {
    const job_log_href_templ = 'https://logs.example/{run_name}/{job_id}/teuthology.log';
    for (const contract of ['classic', 'teuthology'] as const) {
      servers[contract] = await startServer(engine, { contract, job_log_href_templ });
    }
  });
  afterAll(async () => {
    for (const server of Object.values(servers)) await server.stop();
  });

  const below = ({ url }: TestServer, href: string) => {
    expect(href.startsWith(`${url}/`)).toBe(true);
    return href.slice(url.length);
  };

  test.each(names)('of the classic contract lead to the run and its job: %s', async (name) => {
    const server = servers.classic!;
    expect((await server.post('/runs/', { name })).status).toBe(200);
    const run = below(server, ((await server.get('/runs/')).json as Record<string, { href: string }>)[name]!.href);
    // Job ids have at most 32 characters.
    const jobId = name.slice(-32);
    expect((await server.post(`${run}jobs/`, { job_id: jobId })).status).toBe(200);
    const { href } = ((await server.get(run)).json as Record<string, { href: string }>)[jobId]!;
    const redirected = await server.get(below(server, href));
    expect(redirected.status).toBe(308);
    const job = await server.get(below(server, String(redirected.headers.location)));
    expect(job.json).toMatchObject({ job_id: jobId });
  });

  test.each(names)(
    'of the teuthology contract and the dashboard lead to the run, its job and its log: %s',
    async (name) => {
      const server = servers.teuthology!;
      const jobId = name.slice(-32);
      const events = await listen(server, encodeURIComponent(`run:${name}`));
      const told = events.next('jobs');
      const job = { job_id: jobId, status: 'fail', failure_reason: 'it failed' };
      expect((await server.post(`/runs/${encodeURIComponent(name)}/jobs/`, job)).status).toBe(200);
      await told;
      const { href } = (await server.get(`/runs/${encodeURIComponent(name)}/`)).json as { href: string };
      const path = below(server, href);
      expect((await server.get(path)).json).toMatchObject({ name });
      const [shown] = (await server.get(`${path}jobs/?fields=job_id,href,log_href`)).json as Record<string, string>[];
      expect((await server.get(below(server, shown!.href!))).json).toMatchObject({ job_id: jobId });
      const parts = new URL(shown!.log_href!).pathname.split('/').map(decodeURIComponent);
      expect(parts).toEqual(['', name, jobId, 'teuthology.log']);
      expect([new URL(shown!.log_href!).search, new URL(shown!.log_href!).hash]).toEqual(['', '']);
      const page = (await server.get(apiPath.runPage(name))).json as RunPage;
      const [log] = logLinks(page.log_href_template, name, { job_id: jobId, status: 'fail', signature: null });
      expect(log).toEqual({ name: 'log', href: shown!.log_href });
      for (const address of [pagePath.run(name), pagePath.job(name, jobId)]) {
        expect((await server.get(`/ui${address}`)).status).toBe(200);
      }
      const search = (await server.get(apiPath.search(name))).json as { items: { path: string }[] };
      expect(search.items.map((item) => item.path)).toContain(pagePath.run(name));
    },
  );
});
