/** The event stream of the dashboard: /api/events. */
import { type ClientRequest, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Check } from 'typebox/value';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { liveEvents } from '../../src/http/api/events.ts';
import { engines, execute } from '../helpers/engines.ts';
import { type ServerProcess, spawnServer } from '../helpers/process.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

interface Heard {
  id: string | null;
  event: string;
  data: unknown;
}

/** A client of the stream and everything it received. */
interface Listener {
  headers: IncomingHttpHeaders;
  heard: Heard[];
  stop: () => void;
}

const listeners: Listener[] = [];
/** Events that do not match their schemas. */
const failed: string[] = [];

/** Waits, long enough for a busy machine. */
const eventually = (check: () => unknown) => vi.waitFor(check, 60_000);

async function listen(url: string, topics: string, headers: Record<string, string> = {}): Promise<Listener> {
  const heard: Heard[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request: ClientRequest = get(`${url}/api/events?topics=${encodeURIComponent(topics)}`, { headers }, resolve);
  request.on('error', reject);
  const response = await promise;
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const event = fields.get('event');
      if (event === undefined) continue;
      const data = JSON.parse(fields.get('data') ?? 'null') as unknown;
      if (!Check(liveEvents[event as keyof typeof liveEvents], data)) failed.push(block);
      heard.push({ id: fields.get('id') ?? null, event, data });
    }
  });
  response.on('error', () => {});
  const listener = { headers: response.headers, heard, stop: () => request.destroy() };
  listeners.push(listener);
  await eventually(() => expect(heard[0]?.event).toBe('hello'));
  return listener;
}

const of = ({ heard }: Listener, event: string) => heard.filter((one) => one.event === event).map(({ data }) => data);

/** Clients listen at the server that receives the writes, or on PostgreSQL also at another process. */
const setups = engines.flatMap((engine) => [
  { name: engine.name, engine, processes: 1 },
  ...(engine.name === 'postgres' ? [{ name: `${engine.name}, written by another process`, engine, processes: 2 }] : []),
]);

describe.each(setups)('events on $name', ({ engine, processes }) => {
  let server: TestServer;
  let second: ServerProcess | undefined;
  /** Where clients listen. */
  let url: string;

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    if (processes > 1) second = await spawnServer(server.database, ['--contract', 'teuthology']);
    url = second?.url ?? server.url;
  });
  afterEach(async () => {
    // Waits for a final change, so that no event of this test reaches the next one.
    const last = await listen(url, 'nodes');
    await server.post('/nodes/', { name: 'last' });
    await eventually(() => expect(of(last, 'nodes')).toContainEqual({ names: ['last'] }));
    for (const listener of listeners.splice(0)) listener.stop();
    for (const table of ['decisions', 'runs', 'nodes', 'queues'] as const)
      await server.db.kysely.deleteFrom(table).execute();
    expect(failed.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    expect(await second?.kill('SIGTERM')).toBe(second && 0);
    await server.stop();
  });

  test('of a changed job reach the listeners of its run and of the list, and no others', async () => {
    await server.post('/runs/', { name: 'one' });
    const [run, runs, other] = [
      await listen(url, 'run:one'),
      await listen(url, 'runs'),
      await listen(url, 'run:two,nodes'),
    ];
    await server.post('/runs/one/jobs/', { job_id: 1, status: 'queued' });
    await eventually(() => expect(of(run, 'jobs')).toHaveLength(1));
    expect(of(run, 'jobs')).toEqual([{ run: 'one', jobs: [{ job_id: '1', status: 'queued', previous: null }] }]);
    expect(of(runs, 'runs')).toContainEqual({ names: ['one'] });
    await server.put('/runs/one/jobs/1/', { status: 'running' });
    await eventually(() => expect(of(run, 'jobs')).toHaveLength(2));
    expect(of(run, 'jobs')[1]).toEqual({ run: 'one', jobs: [{ job_id: '1', status: 'running', previous: 'queued' }] });
    expect(other.heard.map(({ event }) => event)).toEqual(['hello']);
  });

  test('announce created and deleted runs', async () => {
    const runs = await listen(url, 'runs');
    await server.post('/runs/', { name: 'one' });
    await eventually(() => expect(of(runs, 'runs')).toEqual([{ names: ['one'] }]));
    await server.request('DELETE', '/runs/one/');
    await eventually(() => expect(of(runs, 'runs')).toEqual([{ names: ['one'] }, { names: ['one'] }]));
  });

  test.runIf(processes > 1)('of a server that stops immediately afterwards reach the others', async () => {
    const stopping = await spawnServer(server.database, ['--contract', 'teuthology']);
    const runs = await listen(url, 'runs');
    const body = JSON.stringify({ name: 'one' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${stopping.url}/runs/`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await stopping.kill('SIGTERM')).toBe(0);
    await server.post('/runs/', { name: 'two' });
    await eventually(() => expect(of(runs, 'runs')).toContainEqual({ names: ['two'] }));
    expect(of(runs, 'runs')).toEqual([{ names: ['one'] }, { names: ['two'] }]);
  });

  test('announce changed nodes and queues, but not refused changes', async () => {
    const listener = await listen(url, 'nodes,queue');
    await server.post('/nodes/', { name: 'a', machine_type: 'm' });
    await eventually(() => expect(of(listener, 'nodes')).toEqual([{ names: ['a'] }]));
    expect((await server.put('/nodes/none/', { up: true })).status).toBe(404);
    expect((await server.post('/queue/', { queue: 'm' })).status).toBe(200);
    await eventually(() => expect(of(listener, 'queue')).toEqual([{}]));
    await server.put('/nodes/a/', { up: true });
    await eventually(() => expect(of(listener, 'nodes')).toEqual([{ names: ['a'] }, { names: ['a'] }]));
  });

  test('contain the decision that was made, but only the cause if it was withdrawn or is long', async () => {
    const listener = await listen(url, 'decisions');
    const [run, cause] = ['ana-2026-11-20_09:00:00-rados-main-distro-default-smithi', { status: 'fail' }];
    await server.post(`/runs/${run}/jobs/`, { job_id: 1, failure_reason: 'a fault', ...cause });
    const { json } = await server.get(`/api/runs/${run}/verdicts`);
    const [{ id }] = (json as { verdicts: [{ id: string }] }).verdicts;
    const body = { run, cause: id, class: 'infra' };
    const decide = async (more: object) =>
      (await server.post('/api/decisions', { ...body, ...more }, { 'x-paddles-name': 'ana' })).json as { id: number };
    const told = async (count: number) => {
      await eventually(() => expect(of(listener, 'decisions')).toHaveLength(count));
      return of(listener, 'decisions').at(-1);
    };
    const made = await decide({ note: 'why' });
    expect(await told(1)).toEqual({ names: [id], made: [made] });
    await server.post(`/api/decisions/${made.id}/withdraw`, {}, { 'x-paddles-name': 'ana' });
    expect(await told(2)).toEqual({ names: [id], made: [] });
    await decide({ note: 'long '.repeat(400) });
    expect(await told(3)).toEqual({ names: [id], made: [] });
  });

  test('combine 200 changes of one job into a few messages with its last status', async () => {
    const run = await listen(url, 'run:one');
    const begin = performance.now();
    await server.post('/runs/one/jobs/', { job_id: 1, status: 'queued' });
    const puts = Array.from({ length: 200 }, (_, index) =>
      server.put('/runs/one/jobs/1/', { status: index % 2 ? 'running' : 'waiting' }),
    );
    await Promise.all(puts);
    const { json } = await server.get('/runs/one/jobs/1/');
    await eventually(() => {
      const last = of(run, 'jobs').at(-1) as { jobs: { status: string }[] };
      expect(last.jobs).toMatchObject([{ status: (json as { status: string }).status }]);
    });
    // Changes are collected for a quarter of a second.
    expect(of(run, 'jobs').length).toBeLessThanOrEqual(2 + (performance.now() - begin) / 250);
  });

  test('resume after a lost connection without repetition', async () => {
    const first = await listen(url, 'run:one');
    for (const id of [1, 2, 3]) {
      await server.post('/runs/one/jobs/', { job_id: id, status: 'queued' });
      await eventually(() => expect(of(first, 'jobs')).toHaveLength(id));
    }
    const [one] = first.heard.filter(({ event }) => event === 'jobs');
    const again = await listen(url, 'run:one', { 'last-event-id': one!.id! });
    await eventually(() => expect(of(again, 'jobs')).toEqual(of(first, 'jobs').slice(1)));
  });

  test('resume for a client that lost its connection before the first event', async () => {
    const first = await listen(url, 'run:one');
    const id = first.heard[0]!.id!;
    first.stop();
    await server.post('/runs/one/jobs/', { job_id: 1, status: 'queued' });
    const watcher = await listen(url, 'run:one');
    await server.post('/runs/one/jobs/', { job_id: 2, status: 'queued' });
    await eventually(() => expect(of(watcher, 'jobs').flat()).not.toEqual([]));
    const again = await listen(url, 'run:one', { 'last-event-id': id });
    await eventually(() => expect(JSON.stringify(of(again, 'jobs'))).toMatch(/"job_id":"1".*"job_id":"2"/));
    expect(of(again, 'reset')).toEqual([]);
  });

  test('tell a client to reload everything when they cannot resume', async () => {
    const [boot] = (await listen(url, 'run:one')).heard[0]!.id!.split('-');
    for (const id of ['another-17', `${boot}`, `${boot}-`, `${boot}-0x0`]) {
      const listener = await listen(url, 'run:one', { 'last-event-id': id });
      await eventually(() => expect(listener.heard.map(({ event }) => event)).toEqual(['hello', 'reset']));
    }
  });

  test.skipIf(engine.name === 'sqlite')(
    'survive unreadable notifications and tell clients to reload everything',
    async () => {
      const listener = await listen(url, 'runs');
      for (const [index, text] of ['', 'hello', 'null', '{}'].entries()) {
        await execute(server.database, `select pg_notify('paddles_live', '${text}')`);
        await eventually(() => expect(of(listener, 'reset')).toHaveLength(index + 1));
      }
      await server.post('/runs/', { name: 'one' });
      await eventually(() => expect(of(listener, 'runs')).toContainEqual({ names: ['one'] }));
    },
  );

  test('end at once for a HEAD request', async () => {
    const { status, headers } = await server.request('HEAD', '/api/events?topics=runs');
    expect([status, headers['content-type'], headers.etag]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      undefined,
    ]);
  });

  test('have the headers of every answer, so that pages of other origins can read them', async () => {
    const { headers } = await listen(url, 'runs');
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^\w+-\w+$/),
    });
  });

  test('are refused with 400 without topics and with too many', async () => {
    for (const topics of ['', Array.from({ length: 21 }, (_, index) => `run:${index}`).join(',')]) {
      const answer = await server.get(`/api/events?topics=${topics}`);
      expect(answer).toMatchObject({ status: 400, json: { message: expect.stringContaining('topics') } });
    }
  });

  test('are sent after the change can be read from the same server, even for a job that exceeds the size of a message', async () => {
    const run = await listen(url, 'run:one');
    for (const [id, failure_reason] of ['short', 'x'.repeat(9000)].entries()) {
      await server.post('/runs/one/jobs/', { job_id: id, status: 'dead', failure_reason });
      await eventually(() => expect(of(run, 'jobs')).toHaveLength(id + 1));
      const page = await fetch(`${url}/api/runs/one/page`);
      expect(await page.json()).toMatchObject({ run: { total: id + 1 } });
    }
  });

  test('cover every write after the hello', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => listen(url, 'run:one')));
    await server.post('/runs/one/jobs/', { job_id: 1, status: 'queued' });
    for (const other of others) {
      await eventually(() => expect(other.heard.map(({ event }) => event)).toEqual(['hello', 'jobs']));
    }
  });
});
