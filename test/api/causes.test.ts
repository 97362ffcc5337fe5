/** The page of a cause, the places where it occurred, the filter `cause:`, and short addresses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pagePath } from '../../src/core/paths.ts';
import { deadSignature, signatureOf } from '../../src/core/signature.ts';
import type { CausePage, CausePlaces } from '../../src/http/api/cause.ts';
import type { RunList, SearchResults } from '../../src/http/api/lists.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const reason = (host: number) => `Command failed on smithi00${host} with status 1: 'sudo break --at ${host}'`;
const cause = signatureOf(reason(1)).id;

describe.each(engines)('a cause on $name', (engine) => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(engine);
    const pass = (at: number) => ({ job_id: `${at}`, status: 'pass', description: `rados/basic/{o/a${at}}` });
    const fail = (at: number, host = at) => ({
      job_id: `${at}`,
      status: 'fail',
      failure_reason: reason(host),
      description: `rados/thrash/{o/b${at}}`,
      targets: { [`ubuntu@smithi00${host}.front.example.com`]: 'key' },
      os_type: 'ubuntu',
      os_version: '24.04',
    });
    const runs: [string, object[]][] = [
      [runOn(1), [pass(1), pass(2)]],
      [runOn(2), [pass(1), fail(2), fail(3)]],
      [runOn(3, 'wip-squid-x'), [fail(1), fail(2, 2), pass(4)]],
      [runOn(4, 'squid'), [{ job_id: '1', status: 'dead' }]],
      // A branch with two suites is a base branch.
      [runOn(4, 'squid').replace('rados', 'fs'), [pass(1)]],
    ];
    for (const [run, jobs] of runs) for (const job of jobs) await pages.report(run, { name: run, ...job });
  });
  afterAll(() => pages.stop());

  test('has a page with its runs on base branches, its places, nodes, systems and wordings', async () => {
    const page = await pages.read<CausePage>(`/causes/${cause}`);
    expect(page).toMatchObject({ cause: { id: cause, class: 'unclear' }, jobs: 4, more: false, examined: 4 });
    expect(page.lines.map(({ suite, base, runs }) => [suite, base, runs.map(({ jobs }) => jobs)])).toEqual([
      ['rados', 'squid', [0]],
      ['rados', 'main', [0, 2]],
    ]);
    expect(page.places.map(({ branch, jobs, runs, last }) => [branch, jobs, runs, last.run]).sort()).toEqual([
      ['main', 2, 1, runOn(2)],
      ['wip-squid-x', 2, 1, runOn(3, 'wip-squid-x')],
    ]);
    expect(page.nodes.slice(0, 1)).toEqual([{ name: 'smithi002.front.example.com', jobs: 2 }]);
    expect(page.os).toEqual([{ name: 'ubuntu 24.04', jobs: 4 }]);
    expect(page.texts.map(({ text, jobs }) => [text, jobs])).toEqual(
      [reason(2), reason(1), reason(3)].map((text, at) => [text, at === 0 ? 2 : 1]).sort(sameCount(page)),
    );
    expect(page.common).toMatchObject({ suite: 'rados', runs: 2, blame: null });
    expect(page.common.facets[0]).toEqual({ facet: 'rados/thrash', k: 4, n: 4 });
    expect(page.runs.map(({ run, jobs }) => [run.name, jobs])).toEqual([
      [runOn(3, 'wip-squid-x'), 2],
      [runOn(2), 2],
    ]);
    expect(page.latest.map(({ job_id }) => job_id)).toHaveLength(4);
  });

  test('of jobs without a reason is a cause like any other', async () => {
    const dead = deadSignature('dead').id;
    const { places, days } = await pages.read<CausePlaces>(`/causes/${dead}/places`);
    expect([days, places.map(({ branch, jobs }) => [branch, jobs])]).toEqual([14, [['squid', 1]]]);
    const { runs } = await pages.read<RunList>(`/runs?q=cause:${dead}`);
    expect(runs.map(({ name }) => name)).toEqual([runOn(4, 'squid')]);
  });

  test('no longer counts a job that no longer has it', async () => {
    const run = runOn(5, 'reef');
    await pages.report(run, { name: run, job_id: '1', status: 'fail', failure_reason: 'a passing trouble' });
    const { id } = signatureOf('a passing trouble');
    expect((await pages.read<CausePage>(`/causes/${id}`)).jobs).toBe(1);
    await pages.put(`/runs/${run}/jobs/1/`, { name: run, success: true });
    expect((await pages.read<CausePage>(`/causes/${id}`)).jobs).toBe(0);
  });

  test.each([
    [`cause:${cause}`, [2, 3]],
    [`cause:${cause.slice(0, 5).toUpperCase()}`, [2, 3]],
    [`cause:*${cause.slice(2)}`, [2, 3]],
    [`-cause:${cause} branch:main`, [1]],
    ['cause:none', [1, 4]],
    ['cause:0000', []],
  ])('is found in runs by %s', async (q, days) => {
    const { runs, problems } = await pages.read<RunList>(`/runs?${new URLSearchParams({ q: `${q} -branch:reef` })}`);
    expect(problems).toEqual([]);
    expect(runs.map(({ name }) => Number(name.slice(14, 16))).sort()).toEqual(days);
  });

  test('is found by its words, and a suite on a branch by two words', async () => {
    const found = async (text: string) =>
      (await pages.read<SearchResults>(`/search?${new URLSearchParams({ text })}`)).items;
    const path = pagePath.cause(cause);
    for (const text of [reason(7), cause, 'break status'])
      expect(await found(text)).toContainEqual(expect.objectContaining({ kind: 'cause', path }));
    expect((await found('rados main'))[0]).toMatchObject({
      kind: 'suite',
      label: 'rados on main',
      path: pagePath.runs({ q: 'suite:rados branch:main' }),
    });
    expect(await found('rados nowhere')).toEqual([]);
  });

  test('that is unknown is named in a 404', async () => {
    const answer = await pages.get('/api/causes/00000000');
    expect([answer.status, answer.text]).toEqual([404, '{"message":"there is no cause \'00000000\'"}']);
  });

  test('a run and a job have short addresses', async () => {
    const { runs } = await pages.read<RunList>(`/runs?q=cause:${cause}`);
    const { id, name } = runs[0]!;
    const lead = async (path: string) => {
      const answer = await fetch(`${pages.url}${path}`, { redirect: 'manual' });
      return [answer.status, answer.headers.get('location')];
    };
    expect(await lead(`/r/${id}`)).toEqual([302, `/ui${pagePath.run(name)}`]);
    expect(await lead(`/j/${id}.2`)).toEqual([302, `/ui${pagePath.job(name, '2')}`]);
    expect(await lead(`/c/${cause}`)).toEqual([302, `/ui${pagePath.cause(cause)}`]);
    expect(await lead('/r/999999')).toEqual([404, null]);
    expect(await lead('/r/x')).toEqual([404, null]);
  });
});

/** Orders the texts of equally many jobs as on the page. */
function sameCount(page: CausePage) {
  const place = (text: unknown) => page.texts.findIndex((one) => one.text === text);
  return (a: (string | number)[], b: (string | number)[]) => place(a[0]) - place(b[0]);
}
