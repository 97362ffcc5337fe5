/** Lists of jobs with very long values. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const run = 'someone-2026-01-01_00:00:00-fs-main-distro-default-smithi';
const path = `/runs/${run}/jobs/`;
const ids = Array.from({ length: 160 }, (_, index) => String(1000 + index));

/** Most values are short, some slightly too long for a page, and some many times too long, of which five are consecutive. */
function lengthOf(index: number): number {
  if (index % 23 === 7) return 70_000;
  return index % 40 === 39 || (index > 110 && index < 116) ? 600_000 : 100;
}

function newJob(job_id: string, index: number) {
  const text = (key: string, length: number) => `${key} ${index} `.repeat(length / 10).slice(0, length);
  return {
    job_id,
    name: index === 50 ? text('name', 80_000) : `job ${index}`,
    failure_reason: index === 60 ? text('broken é', 80_000) : `broken ${index}`,
    comment: index === 70 ? text('comment', 80_000) : null,
    status: index % 5 === 0 ? 'fail' : 'pass',
    overrides: { text: text('overrides', lengthOf(index)) },
    tasks: index % 3 === 0 ? null : [text('😀é', lengthOf(index + 1))],
    targets: { [`ubuntu@long${index % 2}.example.com`]: 'key' },
  };
}

describe.each(engines)('lists with long values on $name', (engine) => {
  let server: TestServer;
  let classic: TestServer;
  /** Each job as returned when it is read alone. */
  const alone = new Map<TestServer, string[]>();

  beforeAll(async () => {
    const body_limit = 4 << 20;
    server = await startServer(engine, { contract: 'teuthology', body_limit });
    classic = await startServer(engine, { body_limit });
    await classic.post('/runs/', { name: run });
    for (const each of [server, classic]) {
      for (const [index, id] of ids.entries()) {
        expect((await each.post(path, newJob(id, index))).status).toBe(200);
      }
      const texts: string[] = [];
      for (const id of ids) texts.push((await each.get(`${path}${id}/`)).text);
      alone.set(each, texts);
    }
  });
  afterAll(async () => {
    await server.stop();
    await classic.stop();
  });

  const jobsOf = (each: TestServer) => alone.get(each) as string[];
  const isSame = (text: string, jobs: string[]) => text === `[${jobs.join(',')}]`;

  test('contain every job once, complete and in order', async () => {
    expect(jobsOf(server)[39]?.length).toBeGreaterThan(600_000);
    expect(isSame((await classic.get(path)).text, jobsOf(classic))).toBe(true);
    expect(isSame((await server.get(path)).text, jobsOf(server).toReversed())).toBe(true);
    const failed = jobsOf(server).filter((_, index) => index % 5 === 0);
    expect(isSame((await server.get(`${path}?status=fail`)).text, failed.toReversed())).toBe(true);
    const lists = await Promise.all(Array.from({ length: 2 }, () => server.get(path)));
    for (const { text } of lists) expect(isSame(text, jobsOf(server).toReversed())).toBe(true);
  });

  test('leave in small pieces, which the memory of a server depends on', async () => {
    const sizes: number[] = [];
    const watch = (_request: IncomingMessage, response: ServerResponse) => {
      const write = response.write.bind(response) as (piece: string) => boolean;
      response.write = (piece: string) => {
        sizes.push(piece.length);
        return write(piece);
      };
    };
    for (const each of [server, classic]) {
      each.app.server.prependListener('request', watch);
      await each.get(path);
      each.app.server.off('request', watch);
    }
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50_001);
  });

  test('have as many jobs as requested', async () => {
    const newest = jobsOf(server).toReversed();
    for (const [count, page] of [
      [110, 1],
      [60, 2],
      [3, 39],
      [70, 3],
    ] as const) {
      const { text } = await server.get(`/jobs/?count=${count}&page=${page}`);
      expect({ count, page, same: isSame(text, newest.slice(count * (page - 1), count * page)) }).toEqual({
        count,
        page,
        same: true,
      });
    }
    const odd = newest.filter((text) => text.includes('long1.example.com'));
    expect(isSame((await server.get('/nodes/long1.example.com/jobs/')).text, odd)).toBe(true);
  });

  test('have the requested keys', async () => {
    const { json } = await server.get(`${path}?fields=job_id,tasks`);
    const expected = jobsOf(server).map((text) => {
      const { job_id, tasks } = JSON.parse(text) as { job_id: string; tasks: unknown };
      return { job_id, tasks };
    });
    expect(JSON.stringify(json) === JSON.stringify(expected.toReversed())).toBe(true);
    const names = (await server.get(`${path}?fields=name`)).json;
    expect(names).toEqual(ids.map((id, index) => ({ name: newJob(id, index).name })).toReversed());
  });

  test('are dropped if their client does not read, and other lists are not affected', async () => {
    // The real timeout of an idle client is too long for a test.
    expect(server.app.server.timeout).toBe(60_000);
    server.app.server.timeout = 500;
    let left = 40;
    const dropped = new Promise<void>((resolve) => {
      server.app.server.on('connection', (socket) => socket.once('close', () => --left === 0 && resolve()));
    });
    // A page of each would exceed the memory.
    const sockets = Array.from({ length: left }, () => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => {});
      socket.pause();
      socket.write(`GET ${path}?fields=overrides HTTP/1.1\r\nHost: paddles\r\n\r\n`);
      return socket;
    });
    await dropped;
    server.app.server.timeout = 60_000;
    expect(isSame((await server.get(path)).text, jobsOf(server).toReversed())).toBe(true);
    for (const socket of sockets) socket.destroy();
  });

  test('of the dashboard contain the beginning of long texts', async () => {
    for (const each of [server, classic]) {
      const { jobs } = (await each.get(`/api/runs/${run}/jobs`)).json as {
        jobs: { job_id: string; failure_reason: string | null }[];
      };
      expect(jobs).toHaveLength(ids.length);
      if (each === classic) continue;
      const reason = newJob('1060', 60).failure_reason;
      expect(jobs.find(({ job_id }) => job_id === '1060')?.failure_reason).toBe(reason.slice(0, 16_384));
    }
    const { common, compared } = (await server.get(`/api/runs/${run}/config`)).json as {
      common: Record<string, unknown>;
      compared: number;
    };
    expect({ common, compared }).toMatchObject({ common: {}, compared: expect.any(Number) });
    expect(compared).toBeGreaterThan(1);
  });

  test('of nodes contain no text over 1,024 characters, because such texts are refused', async () => {
    const node = { name: 'talkative', machine_type: 'smithi', description: 'd'.repeat(1024) };
    expect((await server.post('/nodes/', node)).status).toBe(200);
    const { status, text } = await server.put('/nodes/talkative/', { description: 'd'.repeat(1025) });
    expect({ status, named: text.includes("'description'") }).toEqual({ status: 400, named: true });
    expect((await server.get('/nodes/talkative/')).json).toMatchObject({ description: node.description });
  });
});
