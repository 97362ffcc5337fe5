import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPageJob } from '../../src/core/page-jobs.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { Problem, RunItem } from '../../src/http/api/schema.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const crash = 'Command crashed: "ceph-osd -f --cluster ceph -i 3"';
const oldRun = runOn(20);
const newRun = runOn(21);

describe.each(engines)('the page of a run on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    const { report } = pages;
    await report(oldRun, { job_id: '1', status: 'pass', description: 'rados/thrash/{a b}' });
    await report(oldRun, { job_id: '2', status: 'fail', description: 'rados/thrash/{a c}', failure_reason: crash });
    await report(oldRun, { job_id: '3', status: 'dead', description: 'rados/verify/{x}' });
    await report(newRun, { job_id: '9', status: 'pass', description: 'rados/verify/{x}' });
    await report(newRun, {
      job_id: '10',
      status: 'fail',
      success: false,
      description: 'rados/thrash/{a b}',
      failure_reason: crash,
      sha1: '936071df5e4a5ad9c0ffee00000000000000beef',
      os_type: 'rocky',
      os_version: '10.0',
      duration: 3600.5,
      targets: { 'ubuntu@smithi002.front.example': 'key', 'ubuntu@smithi001.front.example': 'key' },
      sentry_event: 'https://sentry.example/1',
      pcp_grafana_url: 'javascript:alert(1)',
    });
    await report(newRun, { job_id: '11', status: 'fail', description: 'rados/thrash/{a c}', failure_reason: crash });
    await report(newRun, { job_id: '12', status: 'dead' });
    await report(newRun, { job_id: '8', status: 'running', description: 'rados/new/{x}' });
  });
  afterAll(() => pages.stop());

  const page = () => pages.read<RunPage>(`/runs/${newRun}/page`);

  test('lists failed jobs first, then live ones, then the others by id', async () => {
    expect((await page()).jobs.map(({ job_id }) => job_id)).toEqual(['10', '11', '12', '8', '9']);
  });

  test('has a row for each job, with texts in a list that all rows share', async () => {
    const { jobs, texts, signatures } = await page();
    const [first, second] = jobs.map((job) => readPageJob(job, texts, signatures));
    expect(first).toMatchObject({
      status: 'fail',
      description: 'rados/thrash/{a b}',
      failure_reason: crash,
      os: 'rocky 10.0',
      nodes: ['smithi001.front.example', 'smithi002.front.example'],
      duration: 3600.5,
      previous: 'pass',
      links: [{ name: 'sentry', href: 'https://sentry.example/1' }],
    });
    expect(first?.signature?.title).toContain('ceph-osd');
    expect(second?.failure_reason).toBe(crash);
    expect(texts.filter((text) => text === crash)).toHaveLength(1);
  });

  test('has null for values that a job did not report', async () => {
    const { jobs } = await page();
    const nothing = { description: null, failure_reason: null, os: null, nodes: [], duration: null, previous: null };
    expect(jobs[2]).toMatchObject({ job_id: '12', ...nothing, links: [] });
  });

  test('counts the jobs of each cause in earlier runs, including those without a reason', async () => {
    const { signatures, recent } = await page();
    expect(recent.map(({ name }) => name)).toEqual([oldRun, newRun]);
    expect(signatures.map(({ seen }) => seen)).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });

  test('compares failures with the previous finished run', async () => {
    const { previous, change, jobs } = await page();
    expect(previous?.name).toBe(oldRun);
    expect(change).toEqual({ new: 2, still: 1, fixed: 1 });
    expect(jobs.map(({ previous }) => previous)).toEqual(['pass', 'fail', null, null, 'dead']);
  });

  test('prefers a previous run with at least half as many jobs', async () => {
    const branch = 'half';
    for (const [day, jobs] of [
      [10, 4],
      [11, 1],
      [12, 4],
    ] as const) {
      for (let job = 1; job <= jobs; job++)
        await pages.report(runOn(day, branch), { job_id: String(job), status: 'pass', description: `d${job}` });
    }
    expect((await pages.read<RunPage>(`/runs/${runOn(12, branch)}/page`)).previous?.name).toBe(runOn(10, branch));
    expect((await pages.read<RunPage>(`/runs/${runOn(11, branch)}/page`)).previous?.name).toBe(runOn(10, branch));
    expect((await pages.read<RunPage>(`/runs/${runOn(10, branch)}/page`)).previous).toBeNull();
  });

  test('is answered with 304 until a job changes', async () => {
    const path = `/api/runs/${oldRun}/page`;
    const first = await pages.get(path);
    const known = { 'if-none-match': first.headers.etag as string };
    expect((await pages.get(path, known)).status).toBe(304);
    await pages.put(`/runs/${oldRun}/jobs/3/`, { failure_reason: 'out of disk' });
    const again = await pages.get(path, known);
    expect(again.status).toBe(200);
    expect(again.text).toContain('out of disk');
    await pages.put(`/runs/${oldRun}/jobs/3/`, { failure_reason: null });
  });

  test('shows hostile, very long and empty values unchanged', async () => {
    const run = 'weird:run-<script>alert(1)<script>-"\'-ünï';
    const reason = `\u001b[31m<img src=x onerror=alert(1)>\n${'x'.repeat(10_240)}`;
    await pages.report(run, {
      job_id: 'a"b',
      status: 'fail',
      description: '',
      failure_reason: reason,
      sha1: null,
      targets: null,
      email: '","duration":1',
      os_type: '"os_type":"x"',
      sentry_event: '//evil.example',
    });
    const path = `/runs/${encodeURIComponent(run)}`;
    const { jobs, texts, run: item } = await pages.read<RunPage>(`${path}/page`);
    expect(item.name).toBe(run);
    const [job] = jobs;
    expect(texts[job?.failure_reason ?? -1]).toBe(`${reason.slice(0, 4000)}…`);
    expect(job).toMatchObject({ os: '"os_type":"x"', links: [] });
    const list = await pages.read<RunJobs>(`${path}/jobs`);
    expect(list.jobs[0]).toMatchObject({
      job_id: 'a"b',
      failure_reason: reason,
      description: '',
      sha1: null,
      nodes: [],
    });
    const csv = await pages.get(`/api${path}/jobs.csv`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text).toContain('"a""b"');
  });

  test('shows a run without jobs', async () => {
    await pages.post('/runs/', { name: 'empty-run' });
    const { jobs, run, signatures, change } = await pages.read<RunPage>('/runs/empty-run/page');
    expect([jobs, run.total, signatures, change]).toEqual([[], 0, [], null]);
  });

  test('is found as the latest run of a suite and branch', async () => {
    const latest = await pages.read<RunItem>('/runs/latest?suite=rados&branch=main');
    expect(latest).toMatchObject({ name: newRun, suite: 'rados', branch: 'main', total: 5 });
    expect((await pages.read<RunPage>('/runs/latest/page?suite=rados&branch=main')).run.name).toBe(newRun);
    expect((await pages.get('/api/runs/latest?suite=nothing')).status).toBe(404);
  });

  test('suggests similar names for a missing run', async () => {
    const answer = await pages.get(`/api/runs/${newRun.replace('smithi', 'gibba')}/page`);
    expect(answer.status).toBe(404);
    expect((answer.json as Problem).nearest).toContain(newRun);
    expect(((await pages.get('/api/runs/09:00:00-rados-main')).json as Problem).nearest).toContain(newRun);
    expect((await pages.get(`/api/runs/${encodeURIComponent('%_"\'')}/page`)).status).toBe(404);
  });

  test('lists the jobs of a run in the same order, as JSON and as CSV', async () => {
    const { jobs, run } = await pages.read<RunJobs>(`/runs/${newRun}/jobs.json`);
    expect(run.name).toBe(newRun);
    expect(jobs.map((job) => job.job_id)).toEqual(['10', '11', '12', '8', '9']);
    const lines = (await pages.get(`/api/runs/${newRun}/jobs.csv`)).text.trimEnd().split('\r\n');
    expect(lines.length).toBe(6);
    expect(lines[0]).toMatch(/^run,job_id,status/);
  });

  test('lists the jobs that match a filter, and reports its invalid terms', async () => {
    const found = async (q: string) => {
      const { jobs, problems } = await pages.read<RunJobs>(`/runs/${newRun}/jobs?q=${encodeURIComponent(q)}`);
      return { ids: jobs.map((job) => job.job_id), problems: problems.length };
    };
    expect(await found('s:fail -job:11')).toEqual({ ids: ['10'], problems: 0 });
    expect(await found('node:smithi001*')).toEqual({ ids: ['10'], problems: 0 });
    expect(await found('kind:crash nonsense:x')).toEqual({ ids: ['10', '11'], problems: 1 });
    expect(await found('dur:>59m')).toEqual({ ids: ['10'], problems: 0 });
  });

  test('filters by is: consistently with its badges', async () => {
    const [first, second] = [runOn(20, 'traits'), runOn(21, 'traits')];
    const strange = 'Command crashed: "ceph-mgr -f --cluster ceph -i x"';
    await pages.report(first, { job_id: '1', status: 'fail', description: 'a', failure_reason: strange });
    await pages.report(first, { job_id: '2', status: 'dead', description: 'b' });
    // A cause is known or unseen regardless of earlier results of the description.
    await pages.report(second, { job_id: '1', status: 'fail', description: 'a', failure_reason: 'it is odd' });
    await pages.report(second, { job_id: '2', status: 'pass', description: 'b' });
    await pages.report(second, { job_id: '3', status: 'fail', description: 'c', failure_reason: strange });
    await pages.report(second, { job_id: '4', status: 'running', description: 'd' });
    await pages.report(second, { job_id: '5', status: 'pass', description: 'e' });
    const found = async (q: string, base = 'traits') => {
      const { jobs } = await pages.read<RunJobs>(`/runs/${second}/jobs?${new URLSearchParams({ q, base })}`);
      return jobs.map((job) => job.job_id);
    };
    expect(await found('is:unseen')).toEqual(['1']);
    expect(await found('is:known')).toEqual(['3']);
    expect(await found('is:fixed')).toEqual(['2']);
    expect(await found('is:live')).toEqual(['4']);
    expect(await found('is:none')).toEqual(['5']);
    expect(await found('is:new,rose,since,flaky,infra')).toEqual([]);
    expect(await found('is:unseen', 'main')).toEqual(['1', '3']);
    const { verdicts } = await pages.read<RunPage>(`/runs/${second}/page?base=traits`);
    expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual(['KNOWN', 'UNSEEN']);
  });
});
