/** The effect of hostile clients on a server process: its memory (on Linux), and how long other clients wait. */
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newFolder, type Service, startService } from '../contracts/program.ts';
import { type Engine, engines, type TestDatabase } from '../helpers/engines.ts';
import { createClient } from '../helpers/server.ts';
import { type Effect, flood, measure, open, requestFor, statusOf, type Target } from './load.ts';

/** In MB. An idle process has 130. */
const mostMemory = 400;
/** In milliseconds. On a busy machine a processor does less in each. */
const longestWait = () => 250 * Math.max(1, loadavg()[0]! / availableParallelism());

/** The environment that the launcher sets. */
const env = {
  NODE_OPTIONS: '--max-semi-space-size=8',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '4194304',
};

const suite = '00:00:00-rados-main-distro-default-smithi';
const [earlier, run] = [`anna-2026-10-01_${suite}`, `anna-2026-10-02_${suite}`];
const compressed = 'Accept-Encoding: gzip, br\r\n';

function expectBounded({ peak, longest, asked }: Effect): void {
  expect(asked).toBeGreaterThan(0);
  expect(peak).toBeLessThan(mostMemory);
  expect(longest).toBeLessThan(longestWait());
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function posted(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: paddles.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The text of an object with `count` numeric keys. */
function numbered(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"${index}":1`).join()}}`;
}

interface Lab {
  server: Target;
  post(path: string, body: unknown): Promise<void>;
  stop(): Promise<void>;
}

async function startLab(engine: Engine): Promise<Lab> {
  const database: TestDatabase = await engine.createDatabase();
  const { folder, remove } = newFolder();
  const args = ['--database', database.url, '--contract', 'teuthology'];
  const service: Service = await startService(args, { folder, env });
  const server = { port: Number(new URL(service.url).port), pid: service.pid };
  const client = createClient(server.port);
  return {
    server,
    async post(path, body) {
      expect((await client.request('POST', path, body)).status).toBe(200);
    },
    async stop() {
      client.close();
      service.kill('SIGKILL');
      await service.ended;
      await database.drop();
      remove();
    },
  };
}

/** Calls back for 0 to `count - 1`, sixteen at a time. */
async function each(count: number, callback: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await callback(next++);
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

/** Creates a run and its predecessor, with 500 jobs each. */
async function fillRuns({ post }: Lab): Promise<void> {
  await each(1000, (index) => {
    const failed = index % 3 === 0;
    return post(`/runs/${index < 500 ? earlier : run}/jobs/`, {
      job_id: String(index),
      status: failed ? 'fail' : 'pass',
      description: `rados/thrash/{a b-${index % 500} c/{${'facet '.repeat(20)}}}`,
      failure_reason: failed ? `command ${index} failed: ${'word '.repeat(100)}` : null,
      machine_type: 'smithi',
    });
  });
}

/** Requests of the dashboard for whole runs. */
const pages = [
  `/ui/runs/${run}`,
  `/api/runs/${run}/page`,
  `/api/runs/${run}/jobs`,
  `/api/runs/${run}/jobs.csv`,
  `/api/runs/${run}/compare?with=${earlier}`,
  '/api/history?suite=rados',
  `/api/runs/${run}/jobs/600`,
  '/api/runs.csv',
  '/api/search?text=rados',
];

const filters = [
  Array.from({ length: 10 }, (_, index) => `f:x${index}`).join(),
  Array.from({ length: 10 }, (_, index) => `reason:*w*o*r*d*${index}*x`).join(),
  `f:${'x'.repeat(1000)}`,
];

/** Other programs on the machine can only lengthen the waits, so the best of three tries counts. */
const tries = { retry: 2 };

describe.each(engines)('a server on $name needs little memory and answers other clients at once', tries, (engine) => {
  let lab: Lab;
  let server: Target;

  beforeAll(async () => {
    lab = await startLab(engine);
    ({ server } = lab);
    await fillRuns(lab);
    await each(200, (index) =>
      lab.post('/runs/long/jobs/', { job_id: index, overrides: { text: 'x'.repeat(164_000) } }),
    );
    await each(20, (index) => {
      const hosts = Array.from({ length: 1000 }, (_, host) => [`ubuntu@node${index}-${host}.example.com`, 'key']);
      return lab.post('/runs/many/jobs/', { job_id: index, status: 'running', targets: Object.fromEntries(hosts) });
    });
  });
  afterAll(() => lab.stop());

  test('while 60 uploads stall', async () => {
    const start = posted('/runs/r/jobs/', `{"a":"${'x'.repeat(1_900_000)}"}`).slice(0, -10);
    const refused: number[] = [];
    const effect = await measure(server, async () => {
      const uploads = Array.from({ length: 60 }, () => open(server, start));
      for (const upload of uploads) void statusOf(upload).then((status) => status === 503 && refused.push(status));
      await expect.poll(() => refused.length).toBeGreaterThan(40);
      for (const upload of uploads) upload.destroy();
    });
    expectBounded(effect);
  });

  test('while clients do not read the long lists that they requested', async () => {
    const effect = await measure(server, async () => {
      const silent = Array.from({ length: 24 }, () => open(server, requestFor('/runs/long/jobs/')));
      await Promise.all(silent.map((socket) => once(socket, 'readable')));
      await sleep(500);
      for (const socket of silent) socket.destroy();
    });
    expectBounded(effect);
  });

  test('while tens of thousands of nodes are listed and counted', async () => {
    const answers: unknown[] = [];
    const effect = await measure(server, async () => {
      for (const path of ['/nodes/', '/nodes/job_stats/', '/api/nodes', '/api/queue']) {
        answers.push(await flood(server, 2, requestFor(path)));
      }
    });
    expect(answers).toEqual(Array(4).fill({ 200: 2 }));
    expectBounded(effect);
  });

  test('while 180 pages are requested at once, compressed and uncompressed', async () => {
    const effect = await measure(server, async () => {
      const floods = pages.flatMap((path) =>
        ['', compressed].map((header) => flood(server, 10, requestFor(path, header))),
      );
      // On a busy machine some requests wait too long and are refused.
      for (const { 200: answered = 0, 503: refused = 0 } of await Promise.all(floods)) {
        expect(answered).toBeGreaterThan(0);
        expect(answered + refused).toBe(10);
      }
    });
    expectBounded(effect);
  });

  test('while clients do not read the pages that they requested', async () => {
    const effect = await measure(server, async () => {
      const silent = pages.flatMap((path) => Array.from({ length: 20 }, () => open(server, requestFor(path))));
      await sleep(1000);
      for (const socket of silent) socket.destroy();
    });
    expectBounded(effect);
  });

  test('while 500 listeners do not read their events', async () => {
    const topics = requestFor('/api/events?topics=runs,nodes,queue');
    const effect = await measure(server, async () => {
      const listeners = Array.from({ length: 500 }, () => open(server, topics));
      await Promise.all(listeners.map((listener) => once(listener, 'readable')));
      await each(300, (index) => lab.post(`/runs/r${index}-${'x'.repeat(300)}/jobs/`, { job_id: 1, status: 'queued' }));
      await sleep(250);
      for (const listener of listeners) listener.destroy();
    });
    expectBounded(effect);
  });

  test('while 1,000 clients send their headers byte by byte', async () => {
    const effect = await measure(server, async () => {
      const start = `POST /runs/r/jobs/ HTTP/1.1\r\nHost: paddles.test\r\nX-Long: ${'x'.repeat(15_000)}`;
      const slow = Array.from({ length: 1000 }, () => open(server, start));
      for (let sent = 0; sent < 5; sent++) {
        await sleep(100);
        for (const socket of slow) socket.write('x');
      }
      for (const socket of slow) socket.destroy();
    });
    expectBounded(effect);
  });

  test('while bodies arrive with 100,000 keys', async () => {
    const effect = await measure(server, async () => {
      const keys = await flood(server, 32, posted('/runs/keys/jobs/', numbered(100_000)));
      const targets = await flood(
        server,
        32,
        posted('/runs/keys/jobs/', `{"job_id":1,"targets":${numbered(100_000)}}`),
      );
      for (const counts of [keys, targets]) expect(Object.keys(counts).sort()).not.toContain('0');
      expect(keys[400]).toBeGreaterThan(0);
      expect(targets[200]).toBe(1);
    });
    expectBounded(effect);
  });

  test('while filters are as expensive as possible', async () => {
    const effect = await measure(server, async () => {
      const asked = filters.flatMap((filter) => [
        flood(server, 6, requestFor(`/api/runs/${run}/jobs?q=${encodeURIComponent(filter)}`)),
        flood(server, 6, requestFor(`/api/runs?q=${encodeURIComponent(filter)}`)),
      ]);
      for (const counts of await Promise.all(asked)) expect(counts[200]).toBeGreaterThan(0);
    });
    expectBounded(effect);
  });
});
