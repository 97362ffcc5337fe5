import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogMatch, LogSlice } from '../../src/http/api/job-log.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { runOn } from './pages.ts';

const run = runOn(24);
const path = `/api/runs/${run}/jobs/1`;

/** Bytes that this process has read from files since it started. */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

describe.each(engines)('the log of a job on $name', (engine) => {
  const archive = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
  const text = Array.from({ length: 1000 }, (_, at) => `line ${at}\n`).join('');
  let server: TestServer;

  beforeAll(async () => {
    const folder = join(archive, run, '1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'teuthology.log'), text);
    symlinkSync('/etc', join(folder, 'out'));
    symlinkSync('/etc/passwd', join(folder, 'absolute'));
    // A folder beside the archive whose name begins with that of the archive.
    mkdirSync(`${archive}-beside`);
    writeFileSync(`${archive}-beside/secret`, 'secret');
    symlinkSync(`../../../${basename(archive)}-beside`, join(folder, 'up'));
    server = await startServer(engine, { contract: 'teuthology', archive });
    await server.post(`/runs/${run}/jobs/`, { job_id: '1', status: 'fail', archive_path: '/somewhere/else' });
  });
  afterAll(async () => {
    await server.stop();
    for (const path of [archive, `${archive}-beside`]) rmSync(path, { recursive: true });
  });

  test('is returned in slices, searched, listed and downloaded', async () => {
    const slice = (await server.get(`${path}/log?from=end&lines=2`)).json as LogSlice;
    expect(slice).toMatchObject({ file: 'teuthology.log', size: text.length, cut: false });
    expect(slice.lines.map((line) => line.text)).toEqual(['line 998', 'line 999']);
    const around = (await server.get(`${path}/log?around=${slice.from}`)).json as LogSlice;
    expect(around.lines).toContainEqual({ at: slice.from, line: 999, text: 'line 998' });
    const numbered = (await server.get(`${path}/log?line=999&lines=1`)).json as LogSlice;
    expect(numbered).toMatchObject({ counting: false, lines: [{ at: slice.from, line: 999, text: 'line 998' }] });
    const match = (await server.get(`${path}/log?find=line%20998&from=10`)).json as LogMatch;
    expect(match).toMatchObject({ at: slice.from, next: slice.from + 8 });
    expect((await server.get(`${path}/files`)).json).toMatchObject({
      entries: [{ name: 'teuthology.log', type: 'file', size: text.length }],
    });
    const raw = await server.get(`${path}/log/raw?file=teuthology.log`);
    expect(raw.text).toBe(text);
    expect(raw.headers['content-disposition']).toContain('1-teuthology.log');
  });

  test('is not read to its end for a HEAD request', async () => {
    const file = join(archive, run, '1', 'long.log');
    writeFileSync(file, '');
    truncateSync(file, 1 << 30);
    const head = await server.request('HEAD', `${path}/log/raw?file=long.log`);
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(head.headers['content-disposition']).toContain('1-long.log');
    const before = bytesRead();
    // The thread answers one request after another, so it would read on between these.
    for (let times = 0; times < 20; times++) await server.get(`${path}/log/raw?file=teuthology.log`);
    expect(bytesRead() - before).toBeLessThan(2 << 20);
    rmSync(file);
  });

  test('that is deleted during a download is not sent as if it were complete', async () => {
    const file = join(archive, run, '1', 'big.log');
    writeFileSync(file, Buffer.alloc(16 << 20));
    const answer = await fetch(`${server.url}${path}/log/raw?file=big.log`);
    expect(answer.status).toBe(200);
    rmSync(file);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    expect((await server.get(`${path}/log/raw?file=big.log`)).status).toBe(404);
  });

  test.each([
    [400, '/log?from=x'],
    [400, '/log?from=1&around=2'],
    [400, '/log?line=0'],
    [400, '/log?line=3&find=a'],
    [400, '/log?find=a&from=end'],
    [400, '/log?file=../2/teuthology.log'],
    [400, '/log?file=out/passwd'],
    [400, '/log?file=..%2f..%2f..%2fetc%2fpasswd'],
    [400, '/log?file=a%00b'],
    [400, '/log?file=up/secret'],
    [400, '/log?file=absolute'],
    [400, '/log/raw?file=absolute'],
    [400, '/files?path=up'],
    [400, '/log/raw?file=/etc/passwd'],
    [400, '/files?path=..'],
    [400, '/files?path=out'],
    [404, '/log?file=nothing'],
    [404, '/files?path=nothing'],
  ])('answers %i to %s', async (status, query) => {
    const answer = await server.get(`${path}${query}`);
    expect(answer, answer.text).toMatchObject({ status, json: { message: expect.any(String) } });
  });

  test('is 404 for a missing job and without an archive', async () => {
    expect((await server.get(`/api/runs/${run}/jobs/2/log`)).status).toBe(404);
    expect((await server.get('/api/runs/nothing/jobs/2/files')).status).toBe(404);
    expect((await server.get(`/api/runs/${run}/jobs/..%2f1/log`)).status).toBe(404);
  });
});
