/** Jobs with several failed test cases have the cause of each, but count as one job everywhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseCause } from '../../src/core/signature.ts';
import type { CausePage } from '../../src/http/api/cause.ts';
import type { Compare } from '../../src/http/api/compare.ts';
import type { DecisionItem } from '../../src/http/api/decisions.ts';
import type { History } from '../../src/http/api/history.ts';
import type { JobPage } from '../../src/http/api/job-page.ts';
import type { RunTests } from '../../src/http/api/job-tests.ts';
import type { RunList, SearchResults } from '../../src/http/api/lists.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import { reindex } from '../../src/store/upkeep/reindex.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const generic = "Command failed (workunit test lamps.sh) on smithi001 with status 1: 'lamps.sh'";
const jobs = 10;
const [today, yesterday, tomorrow] = [runOn(21), runOn(20), runOn(22)];
const cause = (name: string) => caseCause(`${name} (t.Lamps)`).id;
const issue = 'https://tracker.example/issues/7';

function junit(failed: string[]): string {
  const cases = failed.map(
    (name) => `<testcase classname="t.Lamps" name="${name}"><failure message="dark"/></testcase>`,
  );
  return `<testsuite><testcase classname="t.Lamps" name="test_green"/>${cases.join('')}</testsuite>`;
}

describe.each(engines)('failed cases as causes on $name', (engine) => {
  let pages: Pages;
  const put = async (run: string, job: number, failed: string[]) => {
    const answer = await pages.put(`/api/runs/${run}/jobs/${job}/tests`, junit(failed), { 'content-type': 'text/xml' });
    expect(answer.status, answer.text).toBe(200);
  };
  const report = async (run: string, failed: Record<number, string[]>, reasons: Record<number, string> = {}) => {
    for (let at = 0; at < jobs; at++) {
      const description = `rados/lamps/{wick/${at % 2} oil/${at}}`;
      const ended =
        failed[at] === undefined ? { status: 'pass' } : { status: 'fail', failure_reason: reasons[at] ?? generic };
      await pages.report(run, { job_id: `${at}`, description, ...ended });
    }
    for (const [job, names] of Object.entries(failed)) await put(run, Number(job), names);
  };
  const read = (path: string) => pages.read<RunVerdicts>(`/runs/${path}`);
  const found = async (run: string, q: string) => {
    const { jobs } = await pages.read<RunJobs>(`/runs/${run}/jobs?${new URLSearchParams({ q })}`);
    return jobs.map(({ job_id }) => job_id);
  };

  beforeAll(async () => {
    pages = await startPages(engine);
    for (let day = 15; day < 19; day++) await report(runOn(day), {});
    const since = { 0: ['test_since'], 2: ['test_other', 'test_since'], 4: ['test_since'], 8: ['test_since'] };
    for (const run of [runOn(19), yesterday]) await report(run, since);
    const failed = {
      ...since,
      2: ['test_a', 'test_since', 'test_new'],
      4: ['test_b', 'test_since', 'test_new', 'test_new'],
      6: ['test_new'],
    };
    await report(today, failed, { 6: 'the lamp is broken' });
  });
  afterAll(() => pages.stop());

  test('are on the page of a run, and each job counts once', async () => {
    const page = await pages.read<RunPage>(`/runs/${today}/page`);
    expect(page.run.counts).toMatchObject({ pass: 5, fail: 5 });
    const jobsOf = (place: number) =>
      page.jobs
        .filter(({ signature, case_causes }) => [signature, ...case_causes].includes(place))
        .map(({ job_id }) => job_id);
    expect(page.signatures.map(({ title, seen }, place) => [title, jobsOf(place), seen.slice(-3)])).toEqual([
      ['test_since (t.Lamps)', ['0', '2', '4', '8'], [4, 4, 4]],
      ['test_a (t.Lamps)', ['2'], [0, 0, 1]],
      ['test_new (t.Lamps)', ['2', '4', '6'], [0, 0, 3]],
      ['test_b (t.Lamps)', ['4'], [0, 0, 1]],
      ['the lamp is broken', ['6'], [0, 0, 1]],
    ]);
  });

  test('have verdicts of their own', async () => {
    const { failed, verdicts } = await read(`${today}/verdicts`);
    expect(failed).toBe(5);
    const of = (name: string) => verdicts.find(({ id }) => id === cause(name));
    expect(of('test_new')).toMatchObject({ verdict: 'NEW', jobs: 3, c: 3, m: 10, k: 0, n: 60 });
    expect(of('test_since')).toMatchObject({
      ...{ verdict: 'SINCE', jobs: 4, c: 4, m: 5, k: 0, n: 20 },
      since: { run: { name: runOn(19) }, k: 12, n: 15 },
      blame: { facets: [['wick=0']] },
    });
    expect(of('test_b')).toMatchObject({ verdict: 'UNSEEN', jobs: 1 });
    const report = await pages.get(`/api/runs/${today}/verdicts.md`);
    expect(report.text).toContain('5 causes in 5 jobs, 2 of them new.');
    expect(await found(today, 'is:since')).toEqual(['0', '2', '4', '8']);
    expect(await found(today, 'is:new')).toEqual(['0', '2', '4', '6', '8']);
  });

  test('are found by cause, by kind and by a part of their name, in jobs, in runs and by the search', async () => {
    expect(await found(today, `cause:${cause('test_new')}`)).toEqual(['2', '4', '6']);
    expect(await found(today, 'kind:test')).toEqual(['0', '2', '4', '6', '8']);
    expect(await found(today, 'text:TEST_SINCE')).toEqual(['0', '2', '4', '8']);
    expect(await found(today, '-test_since s:fail')).toEqual(['6']);
    const runs = await pages.read<RunList>(`/runs?q=cause:${cause('test_since')}`);
    expect(runs.runs.map(({ name }) => name)).toEqual([today, yesterday, runOn(19)]);
    const { items } = await pages.read<SearchResults>('/search?text=test_new');
    expect(items).toMatchObject([{ kind: 'cause', label: 'test_new (t.Lamps)', detail: `last in ${today}` }]);
    const csv = await pages.get(`/api/runs/${today}/jobs.csv?q=job:6`);
    expect(csv.text).toContain('test_new (t.Lamps)');
  });

  test('have a page, and appear on the pages of their jobs, in comparisons and in the history', async () => {
    const page = await pages.read<CausePage>(`/causes/${cause('test_since')}`);
    expect(page).toMatchObject({ jobs: 12, more: false, examined: 12 });
    expect(page.texts).toMatchObject([{ text: 'dark', jobs: 12 }]);
    expect(page.lines[0]?.runs.map(({ jobs }) => jobs)).toEqual([0, 0, 0, 0, 4, 4, 4]);
    expect(page.runs.map(({ run, jobs }) => [run.name, jobs])).toEqual([
      [today, 4],
      [yesterday, 4],
      [runOn(19), 4],
    ]);
    const { job, siblings } = await pages.read<JobPage>(`/runs/${yesterday}/jobs/4`);
    expect(job.case_causes.map(({ id }) => id)).toEqual([cause('test_since')]);
    expect(siblings.total).toBe(4);
    expect(siblings.jobs.map(({ job_id }) => job_id)).toEqual(['0', '2', '4', '8']);
    const { rows } = await pages.read<Compare>(`/runs/${today}/compare`);
    expect(rows.find(({ b }) => b?.job_id === '6')?.b?.case_causes.map(({ id }) => id)).toEqual([cause('test_new')]);
    const history = await pages.read<History>('/history?suite=rados&branch=main');
    const cells = history.rows.find(({ description }) => description.endsWith('oil/6}'))?.case_causes ?? [];
    expect(cells.map(({ run, causes }) => [run, causes.map((at) => history.signatures[at]?.id)])).toEqual([
      [6, [cause('test_new')]],
    ]);
  });

  test('can have decisions, which apply to later runs and survive a change of the rules', async () => {
    const body = { run: today, cause: cause('test_new'), class: 'product bug', issue_url: issue };
    const decision = (await pages.post('/api/decisions', body, { 'x-paddles-name': 'ana' })).json as DecisionItem;
    expect(decision).toMatchObject({ kind: 'test', title: 'test_new (t.Lamps)', scope: 'base' });
    await report(tomorrow, { 1: ['test_a', 'test_new'] });
    const decided = async (run: string) => {
      const { verdicts } = await read(`${run}/verdicts`);
      return verdicts.flatMap(({ id, verdict, decision }) => (decision === null ? [] : [[id, verdict, decision.id]]));
    };
    for (const run of [today, tomorrow])
      expect(await decided(run)).toEqual([[cause('test_new'), 'KNOWN', decision.id]]);
    expect((await pages.get(`/api/runs/${tomorrow}/verdicts.md`)).text).toContain(
      'Decided: product bug, https\\://tracker.example/issues/7, by ana.',
    );

    const { kysely } = pages.db;
    const old = { id: '0a0a0a0a', version: 1, kind: 'test', title: 'test_old' };
    await kysely.insertInto('signatures').values(old).execute();
    await kysely.updateTable('decisions').set({ cause: old.id }).execute();
    await kysely
      .updateTable('failed_cases')
      .set({ signature: old.id })
      .where('signature', '=', cause('test_new'))
      .execute();
    await reindex(pages.db, { all: true });
    for (const run of [today, tomorrow])
      expect(await decided(run)).toEqual([[cause('test_new'), 'KNOWN', decision.id]]);
  });

  test('beyond the first twenty are only listed, and a job that passes has none', async () => {
    const names = Array.from({ length: 22 }, (_, at) => `test_${String.fromCharCode(97 + at)}x`);
    await put(tomorrow, 1, names);
    const { job } = await pages.read<JobPage>(`/runs/${tomorrow}/jobs/1`);
    expect(job.case_causes.map(({ title }) => title)).toEqual(names.slice(0, 20).map((name) => `${name} (t.Lamps)`));
    const { causes } = await pages.read<RunTests>(`/runs/${tomorrow}/tests`);
    expect(causes.map(({ signature }) => signature !== null)).toEqual(names.map((_, at) => at < 20));
    expect((await read(`${tomorrow}/verdicts`)).verdicts).toHaveLength(20);
    expect((await pages.put(`/runs/${tomorrow}/jobs/1/`, { success: true })).status).toBe(200);
    expect(await read(`${tomorrow}/verdicts`)).toMatchObject({ failed: 0, verdicts: [] });
    expect((await pages.get(`/api/causes/${cause('test_ax')}`)).json).toMatchObject({ jobs: 0 });
    expect((await pages.read<RunList>(`/runs?q=cause:${cause('test_ax')}`)).runs).toEqual([]);
  });

  test('are counted once beside a cause of class lab', async () => {
    const other = runOn(21, 'squid');
    const lab = 'Failed to reconnect to smithi001';
    await report(other, { 2: ['test_lab'], 3: ['test_lab'] }, { 2: lab, 3: lab });
    const { verdicts } = await read(`${other}/verdicts`);
    expect(verdicts.find(({ title }) => title.includes('reconnect'))).toMatchObject({ verdict: 'INFRA', c: 2, m: 10 });
  });
});
