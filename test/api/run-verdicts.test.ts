/** Verdicts on the failures of runs, tested on runs with planted failures. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Compare } from '../../src/http/api/compare.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import { reindex } from '../../src/store/upkeep/reindex.ts';
import { engines } from '../helpers/engines.ts';
import { startReadOnlyServer } from '../helpers/server.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const regression = "Command crashed: 'ceph-osd -f --cluster ceph -i 0'";
const flake = 'hit a wrinkle in time';
const fresh = 'the new thing is broken';
const own = 'the branch is broken';
const once = 'a single strange failure';
const lab = 'Failed to reconnect to smithi001';
const jobs = 20;

/** Reports a run of 20 jobs, of which four have x=2. `reasons` has the failure reasons of the failing ones by number. */
async function reportRun(pages: Pages, name: string, reasons: Record<number, string>, more = {}): Promise<void> {
  for (let at = 0; at < jobs; at++) {
    const failure_reason = reasons[at];
    const status = failure_reason === undefined ? 'pass' : 'fail';
    const description = `rados/${at % 2 ? 'thrash' : 'verify'}/{always x/${at % 5} y/${at % 3}}`;
    await pages.report(name, { job_id: `${at}`, status, description, failure_reason, ...more });
  }
}

const withX2 = (reason: string) => Object.fromEntries([2, 7, 12, 17].map((at) => [at, reason]));
const day = (n: number) => (n % 2 ? { [(3 * n) % 20]: flake } : {});
const today = runOn(13);
const wip = runOn(13, 'wip-anna');
const clean = runOn(14, 'wip-squid-anna');

describe.each(engines)('verdicts on $name', (engine) => {
  let pages: Pages;
  const read = (run: string, query = '') => pages.read<RunVerdicts>(`/runs/${run}/verdicts${query}`);
  const said = ({ verdicts }: RunVerdicts, title: string) => verdicts.find((one) => one.title.includes(title));

  beforeAll(async () => {
    pages = await startPages(engine);
    for (let n = 1; n <= 12; n++) await reportRun(pages, runOn(n), { ...day(n), ...(n < 9 ? {} : withX2(regression)) });
    for (const n of [3, 4]) await reportRun(pages, runOn(n, 'squid'), {});
    await pages.report(runOn(5, 'squid').replace('rados', 'fs'), { job_id: '1', status: 'pass' });
    const failing = { 0: fresh, 3: fresh, 9: fresh, 1: once, 4: lab, 5: flake };
    await reportRun(pages, today, { ...withX2(regression), ...failing });
    await reportRun(pages, wip, { 0: own, 6: own, 11: own, ...withX2(regression) });
    await reportRun(pages, clean, { 8: flake });
  });
  afterAll(() => pages.stop());

  test('distinguish a regression, a new cause, a flake, a single failure and the lab', async () => {
    const found = await read(today);
    expect(found.baseline).toEqual({
      base: 'main',
      bases: ['main', 'squid'],
      chosen: false,
      runs: 12,
      first: { name: runOn(1), scheduled: Date.UTC(2026, 10, 1, 9) },
      last: { name: runOn(12), scheduled: Date.UTC(2026, 10, 12, 9) },
    });
    expect(said(found, 'ceph-osd')).toMatchObject({
      ...{ verdict: 'SINCE', is_new: true, class: 'product', jobs: 4, c: 4, m: 4, k: 0, n: 32 },
      since: { run: { name: runOn(9) }, k: 20, n: 20 },
      last_without: { name: runOn(8) },
      blame: { facets: [['x=2']] },
      sentence: 'Began 9 Nov: 0 of 32 jobs with x=2 before, 20 of 20 since.',
    });
    expect(said(found, 'new thing')).toMatchObject({
      verdict: 'NEW',
      is_new: true,
      jobs: 3,
      c: 3,
      m: 19,
      k: 0,
      n: 240,
    });
    expect(said(found, 'wrinkle')).toMatchObject({ verdict: 'FLAKY', is_new: false, k: 5, runs_with: 5 });
    expect(said(found, 'strange')).toMatchObject({ verdict: 'UNSEEN', is_new: false, jobs: 1 });
    expect(said(found, 'reconnect')).toMatchObject({ verdict: 'INFRA', class: 'infra', is_new: false, c: 1, m: 20 });
    expect(found.verdicts.map(({ is_new, jobs }) => [is_new, jobs])).toEqual([
      ...[4, 3].map((count) => [true, count]),
      ...[1, 1, 1].map((count) => [false, count]),
    ]);
  });

  test('compare a development branch with its base, or with the requested branch', async () => {
    const found = await read(wip);
    expect(found.baseline).toMatchObject({ base: 'main', runs: 12 });
    expect(said(found, 'branch is broken')).toMatchObject({ verdict: 'NEW', is_new: true });
    expect(said(found, 'ceph-osd')).toMatchObject({ verdict: 'SINCE', since: { run: { name: runOn(9) } } });
    expect((await read(clean)).baseline).toMatchObject({ base: 'squid', runs: 2, first: { name: runOn(3, 'squid') } });
    const chosen = await read(clean, '?base=main');
    expect(chosen.baseline).toMatchObject({ base: 'main', runs: 13, last: { name: today } });
    expect(said(chosen, 'wrinkle')).toMatchObject({ verdict: 'FLAKY', is_new: false });
    expect((await read(clean, '?base=')).baseline.base).toBe('squid');
    expect((await read(clean, '?base=wip-anna')).baseline).toMatchObject({ base: 'wip-anna', runs: 1 });
    const refused = await pages.get(`/api/runs/${clean}/verdicts?base=nothing%27`);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("parameter 'base' must be")]);
    expect((await pages.get(`/api/runs/${clean}/page?base=nothing`)).status).toBe(400);
  });

  test('of a branch that ran once include the history of its base, with which it is compared', async () => {
    const page = await pages.read<RunPage>(`/runs/${wip}/page`);
    expect([page.recent_branch, page.recent.length]).toEqual(['main', 12]);
    expect(page.recent.at(-1)?.name).toBe(wip);
    expect(page.signatures.find(({ title }) => title.includes('ceph-osd'))?.seen.slice(-5)).toEqual([4, 4, 4, 4, 4]);
    expect((await pages.read<RunPage>(`/runs/${today}/page`)).recent.at(-2)?.name).toBe(runOn(12));
    const compared = async (query: string) => (await pages.read<Compare>(`/runs/${wip}/compare${query}`)).a.name;
    expect([await compared(''), await compared('?base=squid')]).toEqual([runOn(12), runOn(4, 'squid')]);
    expect([await compared('?with=base'), await compared('?with=base&base=squid')]).toEqual([
      runOn(12),
      runOn(4, 'squid'),
    ]);
    expect((await pages.get(`/api/runs/${wip}/compare?base=nothing`)).status).toBe(400);
  });

  test('are the same on the page of the run', async () => {
    for (const query of ['', '?base=squid']) {
      const { run: _, baseline, verdicts } = await read(today, query);
      const page = await pages.read<RunPage>(`/runs/${today}/page${query}`);
      expect(page.baseline).toEqual(baseline);
      const expected = verdicts.map(({ id, title: _, kind: __, jobs: ___, is_new: ____, error: _____, ...rest }) => ({
        cause: id,
        ...rest,
      }));
      const byCause = (a: { cause: string }, b: { cause: string }) => (a.cause < b.cause ? -1 : 1);
      expect(page.verdicts.toSorted(byCause)).toEqual(expected.sort(byCause));
    }
  });

  test('are exported as CSV and as Markdown', async () => {
    const csv = (await pages.get(`/api/runs/${today}/verdicts.csv`)).text.trimEnd().split('\r\n');
    expect(csv).toHaveLength(6);
    expect(csv[1]).toContain(`${today},main,SINCE,true,`);
    const markdown = await pages.get(`/api/runs/${today}/verdicts.md`);
    expect(markdown.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(markdown.text).toContain('5 causes in 10 jobs, 2 of them new. Compared with 12 runs on main,');
    expect(markdown.text).toContain('- **NEW** 3 jobs: the new thing is broken (');
  });

  test('do not depend on stored digests, and are the same on a read-only server', async () => {
    const before = await read(today);
    const kept = () => pages.db.kysely.selectFrom('run_digests').select('run_id').execute();
    expect((await kept()).length).toBeGreaterThanOrEqual(12);
    expect(await read(today)).toEqual(before);
    await pages.db.kysely.deleteFrom('run_digests').execute();
    const reader = await startReadOnlyServer(pages.database, { contract: 'teuthology' });
    try {
      expect((await reader.get(`/api/runs/${today}/verdicts`)).json).toEqual(before);
    } finally {
      await reader.stop();
    }
    expect(await kept()).toEqual([]);
    expect(await read(today)).toEqual(before);
  });

  test('change with a job of an earlier run, whatever time its client reports, and with its deletion', async () => {
    const run = runOn(2);
    const put = async (body: object) => {
      const answer = await pages.put(`/runs/${run}/jobs/1/`, { updated: '2026-11-02 10:00:00.000000', ...body });
      expect(answer.status).toBe(200);
      return said(await read(today), 'strange');
    };
    expect(await put({ success: true })).toMatchObject({ verdict: 'UNSEEN' });
    expect(await put({ success: false, failure_reason: once })).toMatchObject({
      last_with: { name: run },
      runs_with: 1,
    });
    expect((await pages.request('DELETE', `/runs/${run}/jobs/1/`)).status).toBe(200);
    expect(said(await read(today), 'strange')).toMatchObject({ verdict: 'UNSEEN', n: 239 });
    await pages.report(run, { job_id: '1', status: 'pass', description: 'rados/thrash/{always x/1 y/1}' });
    expect(said(await read(today), 'strange')).toMatchObject({ verdict: 'UNSEEN', n: 240 });
  });

  test('follow recomputed causes', async () => {
    const before = await read(today);
    const { kysely } = pages.db;
    await kysely.updateTable('jobs').set({ signature: 'ffffffff' }).where('signature', 'is not', null).execute();
    await kysely.insertInto('signatures').values({ id: 'ffffffff', version: 0, kind: 'other', title: 'old' }).execute();
    await kysely.updateTable('indexed').set({ version: 0, up_to: 0 }).execute();
    await kysely.deleteFrom('run_digests').execute();
    expect(said(await read(today), 'old')).toMatchObject({ jobs: 10 });
    await reindex(pages.db, { all: false });
    expect(await read(today)).toEqual(before);
  });

  test('report an outage if other suites and branches were affected at the same time', async () => {
    const lab = await startPages(engine);
    try {
      const full = { status: 'fail', failure_reason: 'write failed: [Errno 28] No space left on device' };
      for (const [suite, branch] of [
        ['rbd', 'one'],
        ['fs', 'two'],
      ]) {
        for (const job_id of ['1', '2', '3']) await lab.report(`${suite}-now`, { job_id, ...full, suite, branch });
        await lab.report(`${suite}-now`, { job_id: '4', status: 'pass' });
      }
      await lab.report('now', { job_id: '1', ...full, suite: 'rados', branch: 'main' });
      const { verdicts } = await lab.read<RunVerdicts>('/runs/now/verdicts');
      expect(verdicts).toMatchObject([{ class: 'support', verdict: 'INFRA', outage: { hits: 6, jobs: 8 } }]);
      expect(verdicts[0]?.sentence).toMatch(/^Also hit (fs on two|rbd on one) and 1 more: 6 of 8 jobs from /);
      for (const job_id of ['1', '2', '3']) await lab.put(`/runs/rbd-now/jobs/${job_id}/`, { failure_reason: 'else' });
      expect(await lab.read<RunVerdicts>('/runs/now/verdicts')).toMatchObject({ verdicts: [{ verdict: 'INFRA' }] });
      for (const job_id of ['1', '2', '3']) await lab.put(`/runs/fs-now/jobs/${job_id}/`, { failure_reason: 'else' });
      expect(await lab.read<RunVerdicts>('/runs/now/verdicts')).toMatchObject({ verdicts: [{ verdict: 'UNSEEN' }] });
    } finally {
      await lab.stop();
    }
  });

  test('escape hostile descriptions and reasons', async () => {
    const names = [
      '<b>`x`</b>',
      '[a](javascript:b)',
      '=1+1',
      '{{{{',
      '}}}}',
      '\u0000',
      '😀',
      '__proto__',
      'x'.repeat(300),
    ];
    const description = `evil/<i>/{${Array.from({ length: 2000 }, (_, at) => `${names[at % names.length]}${at}`).join(' ')}`;
    const reasons = ['=cmd|calc', '# a\n- **b** <script>`c`', '|'.repeat(20_000), '__proto__', '😀'.repeat(5000)];
    const runs = ['evil-1', 'evil-2'];
    for (const run of runs) {
      for (const [at, failure_reason] of [...reasons, ...reasons].entries()) {
        const job = { job_id: `${at}`, status: 'fail', suite: 'evil<', branch: 'main', failure_reason };
        await pages.report(run, { ...job, description: `${description} ${at}` });
      }
    }
    const { verdicts, baseline } = await read('evil-2');
    expect(baseline.runs).toBe(1);
    expect(verdicts.map(({ verdict, jobs: count }) => [verdict, count])).toEqual(reasons.map(() => ['KNOWN', 2]));
    const csv = (await pages.get('/api/runs/evil-2/verdicts.csv')).text;
    expect(csv).toContain(",'=cmd");
    const markdown = (await pages.get('/api/runs/evil-2/verdicts.md')).text;
    expect(markdown).not.toContain('<script>');
    expect(markdown.split('\n').filter((line) => line.startsWith('- **'))).toHaveLength(reasons.length);
  });

  test('are empty for runs without failures or jobs, and 404 for a missing run', async () => {
    expect((await read(runOn(4))).verdicts).toEqual([]);
    await pages.post('/runs/', { name: 'empty' });
    expect(await read('empty')).toMatchObject({ verdicts: [], baseline: { base: 'main', runs: 0, first: null } });
    expect((await pages.get('/api/runs/none/verdicts')).status).toBe(404);
    const { jobs } = await pages.read<RunJobs>(`/runs/${today}/jobs`);
    expect(jobs).toHaveLength(20);
  });
});
