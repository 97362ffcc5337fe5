/** `/metrics`, and the dashboard and alert rules that use it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const folder = join(import.meta.dirname, '../../deploy');
const rules = join(folder, 'alerts.yml');
const hasPromtool = process.env.CI !== undefined || spawnSync('promtool', ['--version']).error === undefined;

describe.each(engines)('metrics on $name', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
  });
  afterAll(() => server.stop());

  /** The samples by name and labels. */
  async function samples(): Promise<Map<string, number>> {
    const { status, headers, text } = await server.get('/metrics');
    expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  test('count requests by route, jobs by status, and open pages', async () => {
    const stream = new AbortController();
    for (const job_id of ['1', '2'])
      expect((await server.post('/runs/ana-x/jobs/', { job_id, queue: 'smi"thi', status: 'queued' })).status).toBe(200);
    expect((await server.put('/runs/ana-x/jobs/2/', { success: true })).status).toBe(200);
    expect((await server.get('/nothing-here')).status).toBe(404);
    expect((await server.get('/runs/?count=5')).status).toBe(200);
    const events = await fetch(`${server.url}/api/events`, { signal: stream.signal });
    expect(events.status).toBe(200);
    const found = await samples();
    stream.abort();
    const requests = 'paddles_http_request_duration_seconds_count';
    expect(found.get(`${requests}{method="GET",route="/runs",status="200"}`)).toBe(1);
    expect(found.get(`${requests}{method="GET",route="none",status="404"}`)).toBe(1);
    expect(found.get('paddles_live_listeners')).toBe(1);
    expect(found.get('paddles_database_up')).toBe(1);
    expect(found.get('paddles_jobs{status="queued"}')).toBe(1);
    expect(found.get('paddles_queue_jobs{queue="smi\\"thi"}')).toBe(1);
    expect(found.get('paddles_job_writes_total{status="pass"}')).toBe(1);
    expect(found.get('paddles_write_batch_size_sum')).toBe(3);
    expect(found.get('paddles_waiting_writes')).toBe(0);
    expect(found.has('paddles_pool_connections{state="idle"}')).toBe(engine.name === 'postgres');
  });

  test('include every name that the Grafana dashboard and the alert rules use', async () => {
    const { text } = await server.get('/metrics');
    const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    for (const file of ['grafana.json', 'alerts.yml']) {
      const used = readFileSync(join(folder, file), 'utf8').match(/\b(paddles|nodejs|process)_\w+/g) ?? [];
      expect(used.length, file).toBeGreaterThan(5);
      const unknown = used.filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')));
      expect([file, unknown]).toEqual([file, []]);
    }
  });
});

if (!hasPromtool) {
  process.stdout.write(
    'tests: no promtool, so deploy/alerts.yml is not checked; install it (Debian: apt-get install prometheus)\n',
  );
}

test.runIf(hasPromtool)('the alert rules are valid', () => {
  const { status, stderr } = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
