import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobPage } from '../../src/http/api/job-page.ts';
import type { JobTests, TestHistory } from '../../src/http/api/job-tests.ts';
import { lockRows } from '../../src/store/engine/dialect.ts';
import { openWire } from '../concurrency/raw-http.ts';
import { whenWaiting } from '../concurrency/waiting.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const run = runOn(24);
const generic = "Command failed (workunit test lamps.sh) on smithi001 with status 1: 'lamps.sh'";
const description = 'rados/lamps/{a b}';

function junit(cases: [name: string, failure?: string][]): string {
  const texts = cases.map(([name, failure]) =>
    failure === undefined
      ? `<testcase classname="t.Lamps" name="${name}" time="0.5"/>`
      : `<testcase classname="t.Lamps" name="${name}"><failure message="${failure}"/></testcase>`,
  );
  return `<testsuite>${texts.join('\n')}</testsuite>`;
}

describe.each(engines)('test cases on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const [name, job_id] of [
      [run, '1'],
      [run, '2'],
      [runOn(23), '1'],
    ] as const)
      await pages.report(name, { job_id, status: 'fail', description, failure_reason: generic });
  });
  afterAll(() => pages.stop());

  const put = (name: string, job: string, body: string | Buffer) =>
    pages.put(`/api/runs/${name}/jobs/${job}/tests`, body, { 'content-type': 'application/xml' });

  test('are accepted in a compressed document of any length, but no other body is decompressed', async () => {
    const path = `/api/runs/${run}/jobs/2/tests`;
    const packed = { 'content-encoding': 'gzip' };
    const taken = await pages.put(path, gzipSync(junit([['test_a']])), packed);
    expect(taken).toMatchObject({ status: 200, json: { counts: { pass: 1, fail: 0 } } });
    expect(await pages.put(path, junit([]), packed)).toMatchObject({ status: 400 });
    const note = gzipSync(JSON.stringify({ note: randomBytes(400_000).toString('hex') }));
    for (const path of ['/api/decisions', `/api/runs/${run}/review`, `/runs/${run}/jobs/`]) {
      const refused = await pages.post(path, note, { ...packed, 'x-paddles-name': 'ana' });
      expect(refused, path).toMatchObject({ status: 400, json: { message: 'could not decode JSON body' } });
    }
  });

  test('are stored, listed and searched, and a failed one is a cause of its own', async () => {
    expect(await pages.read(`/runs/${run}/jobs/1/tests`)).toMatchObject({ counts: null, cases: [] });
    const answer = await put(run, '1', junit([['test_a'], ['test_b', 'no lamp'], ['test_c', 'no oil']]));
    expect(answer, answer.text).toMatchObject({
      status: 200,
      json: { counts: { pass: 1, fail: 2, error: 0, skipped: 0 } },
    });
    await put(run, '2', junit([['test_a'], ['test_b', 'no lamp']]));
    await put(runOn(23), '1', junit([['test_a'], ['test_b']]));
    const all = await pages.read<JobTests>(`/runs/${run}/jobs/1/tests`);
    expect(all).toMatchObject({ total: 3, source: 'posted', seconds: 0.5 });
    expect(all.cases.map(({ name }) => name)).toEqual(['test_b (t.Lamps)', 'test_c (t.Lamps)', 'test_a (t.Lamps)']);
    const found = await pages.read<JobTests>(`/runs/${run}/jobs/1/tests?text=OIL&result=failed`);
    expect(found).toMatchObject({ total: 1, cases: [{ name: 'test_c (t.Lamps)', message: 'no oil' }] });

    const causes = await pages.read<{ causes: unknown[] }>(`/runs/${run}/tests`);
    expect(causes).toMatchObject({
      causes: [
        { name: 'test_b (t.Lamps)', jobs: ['1', '2'] },
        { name: 'test_c (t.Lamps)', jobs: ['1'] },
      ],
      more: false,
    });
    const { job } = await pages.read<JobPage>(`/runs/${run}/jobs/1`);
    expect(job.signature).toMatchObject({ kind: 'test', class: 'product', title: 'test_b (t.Lamps)' });
  });

  test('have a history', async () => {
    const history = await pages.read<TestHistory>(`/tests?name=${encodeURIComponent('test_b (t.Lamps)')}`);
    expect(history.failures.map(({ run, job_id }) => [run, job_id])).toEqual([
      [run, '2'],
      [run, '1'],
    ]);
    expect(history.recent.map(({ result }) => result)).toEqual(['pass', 'fail', 'fail']);
    const passed = await pages.read<TestHistory>(
      `/tests?name=${encodeURIComponent('test_a (t.Lamps)')}&run=${run}&job=1`,
    );
    expect(passed).toMatchObject({
      failures: [],
      recent: [{ result: 'pass' }, { result: 'pass' }, { result: 'pass' }],
    });
  });

  test('replace previous ones, and an unreadable document changes nothing', async () => {
    for (const [body, words] of [
      ['', 'JUnit XML'],
      ['{"a": 1}', 'JUnit XML'],
      ['<testsuite><testcase>', 'JUnit XML'],
      ['<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', 'document type'],
    ] as const) {
      const answer = await put(run, '2', body);
      expect(answer).toMatchObject({ status: 400, json: { message: expect.stringContaining(words) } });
    }
    expect((await put(run, '2', '<testsuite>'.repeat(400_000))).status).toBe(400);
    const packed = { 'content-encoding': 'rot13' };
    expect(await pages.put(`/api/runs/${run}/jobs/2/tests`, junit([]), packed)).toMatchObject({ status: 415 });
    expect(await pages.read(`/runs/${run}/jobs/2/tests`)).toMatchObject({ total: 2 });
    const noise = Array.from({ length: 6500 }, (_, at): [string, string] => [
      `${at}`,
      randomBytes(750).toString('base64'),
    ]);
    expect(await put(run, '2', junit(noise))).toMatchObject({
      status: 413,
      json: { message: expect.stringContaining('too long') },
    });
    expect(await pages.read(`/runs/${run}/jobs/2/tests`)).toMatchObject({ total: 2 });
    expect((await put(run, '9', junit([]))).status).toBe(404);
    expect((await put('nothing', '2', junit([]))).status).toBe(404);
    await put(run, '2', junit([['test_z']]));
    expect(await pages.read(`/runs/${run}/jobs/2/tests`)).toMatchObject({ total: 1, counts: { pass: 1, fail: 0 } });
  });

  test('of a job that is deleted at the same time are refused like those of a missing job', async () => {
    const { db } = pages;
    await pages.report(runOn(22), { job_id: '1', status: 'pass' });
    const answer = await db.kysely.transaction().execute(async (transaction) => {
      const held = transaction.selectFrom('runs').select('id').where('name', '=', runOn(22));
      const { id } = await lockRows(db.engine, held).executeTakeFirstOrThrow();
      const refused = put(runOn(22), '1', junit([['test_a']]));
      await whenWaiting(db);
      await transaction.deleteFrom('jobs').where('run_id', '=', id).execute();
      return { refused };
    });
    expect(await answer.refused).toMatchObject({ status: 404 });
  });

  test('are returned while others are uploaded slowly', async () => {
    const head = `PUT /api/runs/${run}/jobs/1/tests HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n`;
    const wires = [];
    for (let count = 0; count < 2; count++) {
      const arrived = once(pages.app.server, 'request');
      const wire = await openWire(pages.port);
      wires.push(wire);
      wire.write(Buffer.from(`${head}<testsuite>`));
      const [request] = await arrived;
      await expect.poll(() => request.listenerCount('readable')).toBe(1);
    }
    expect((await pages.get(`/api/runs/${run}/jobs/1/tests`)).status).toBe(200);
    for (const wire of wires) wire.destroy();
  });

  test('can number 100,000, of which one page is returned', async () => {
    const many = junit(
      Array.from({ length: 100_000 }, (_, at) => [`test_${at}`, ...(at % 1000 ? [] : ['no'])] as [string]),
    );
    expect(await put(run, '2', many)).toMatchObject({ status: 200, json: { counts: { pass: 99_900, fail: 100 } } });
    const page = await pages.read<JobTests>(`/runs/${run}/jobs/2/tests?skip=99&limit=2`);
    expect(page).toMatchObject({ total: 100_000, cases: [{ result: 'fail' }, { name: 'test_1 (t.Lamps)' }] });
  });
});
