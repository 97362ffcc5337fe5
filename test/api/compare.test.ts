import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Compare } from '../../src/http/api/compare.ts';
import type { History } from '../../src/http/api/history.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const [a, b] = [runOn(20), runOn(21)];
const statuses: [description: string, older: string | null, newer: string | null, change: string][] = [
  ['d-broken', 'pass', 'fail', 'regression'],
  ['d-gone', 'pass', null, 'gone'],
  ['d-mended', 'dead', 'pass', 'fixed'],
  ['d-new-bad', null, 'dead', 'new_fail'],
  ['d-new-good', null, 'pass', 'new_pass'],
  ['d-open', 'fail', 'running', 'unfinished'],
  ['d-same', 'pass', 'pass', 'pass'],
  ['d-still', 'fail', 'dead', 'still'],
  ['d-unsure', 'unknown', 'fail', 'new_fail'],
];

describe.each(engines)('comparisons of runs on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const [index, [description, older, newer]] of statuses.entries()) {
      const job_id = String(index + 1);
      if (older) await pages.report(a, { job_id, status: older, description, duration: 10 });
      if (newer) await pages.report(b, { job_id, status: newer, description, failure_reason: `broken ${description}` });
    }
  });
  afterAll(() => pages.stop());

  test('match jobs by description', async () => {
    const compared = await pages.read<Compare>(`/runs/${b}/compare?with=${a}`);
    expect([compared.a.name, compared.b.name]).toEqual([a, b]);
    expect(Object.fromEntries(compared.rows.map(({ description, change }) => [description, change]))).toEqual(
      Object.fromEntries(statuses.map(([description, , , change]) => [description, change])),
    );
    expect(compared.rows[0]).toMatchObject({
      description: 'd-broken',
      a: { job_id: '1', status: 'pass', duration: 10, signature: null },
      b: { job_id: '1', status: 'fail', duration: null, signature: { title: expect.stringContaining('broken') } },
    });
    expect(compared.counts).toMatchObject({ new_fail: 2, regression: 1, gone: 1 });
  });

  test('use the previous finished run by default, and work with the same run', async () => {
    await pages.report(runOn(22), { job_id: '1', status: 'pass', description: 'd-gone' });
    const { a: before } = await pages.read<Compare>(`/runs/${runOn(22)}/compare`);
    // The previous run is still running.
    expect(before.name).toBe(a);
    expect((await pages.get(`/api/runs/${a}/compare?with=prev`)).status).toBe(404);
    expect((await pages.get(`/api/runs/${a}/compare?with=nothing`)).status).toBe(404);
    const same = await pages.read<Compare>(`/runs/${a}/compare?with=${a}`);
    expect(same.rows.filter(({ change }) => change === 'regression')).toEqual([]);
  });

  test('have a row for each job of a repeated description', async () => {
    const [older, newer] = [runOn(20, 'twice'), runOn(21, 'twice')];
    await pages.report(older, { job_id: '1', status: 'pass', description: 'd' });
    await pages.report(newer, { job_id: '2', status: 'pass', description: 'd' });
    await pages.report(newer, { job_id: '3', status: 'fail', description: 'd' });
    await pages.report(newer, { job_id: '4', status: 'fail' });
    await pages.report(older, { job_id: '5', status: 'fail' });
    const { rows } = await pages.read<Compare>(`/runs/${newer}/compare?with=${older}`);
    expect(rows.map(({ change, a, b }) => [change, a?.job_id, b?.job_id])).toEqual([
      ['new_fail', undefined, '4'],
      ['new_fail', undefined, '3'],
      ['gone', '5', undefined],
      ['pass', '1', '2'],
    ]);
  });

  test('of many runs list current failures first', async () => {
    await pages.report(runOn(20, 'h'), { job_id: '1', status: 'fail', description: 'mended' });
    await pages.report(runOn(20, 'h'), { job_id: '2', status: 'pass', description: 'good' });
    await pages.report(runOn(21, 'h'), { job_id: '3', status: 'pass', description: 'mended' });
    await pages.report(runOn(21, 'h'), { job_id: '4', status: 'fail', description: 'bad', failure_reason: 'x' });
    await pages.report(runOn(21, 'h'), { job_id: '5', status: 'pass', description: 'bad' });
    const { runs, rows, signatures, total } = await pages.read<History>('/history?suite=rados&branch=h');
    expect(runs.map(({ name }) => name)).toEqual([runOn(20, 'h'), runOn(21, 'h')]);
    expect(rows.map(({ description, job_id }) => [description, job_id])).toEqual([
      ['bad', [null, '4']],
      ['mended', ['1', '3']],
      ['good', ['2', null]],
    ]);
    expect(total).toBe(3);
    expect(signatures[rows[0]?.signature[1] as number]?.title).toBe('x');
    expect((await pages.read<History>('/history?branch=h&n=1')).runs.length).toBe(1);
    expect((await pages.read<History>('/history?branch=nothing')).rows).toEqual([]);
    expect((await pages.get('/api/history?n=0')).status).toBe(400);
  });
});
