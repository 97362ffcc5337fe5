/** The failures planted in the demo data get the intended verdicts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PlannedRun, planRuns } from '../../demo/runs.ts';
import { brokenNode, fqdn } from '../../demo/vocabulary.ts';
import type { NodeList } from '../../src/http/api/lab.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import { seedRun } from '../browser/seed.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

const planned = planRuns({ seed: 1, runs: 105, days: 21, now: new Date() });
const nights = planned.filter(({ suite, branch }) => suite === 'rados' && branch === 'main');
const [weekly, outage, newest] = [nights.at(-4)!, nights.at(-6)!, nights.at(-2)!];
const wip = (user: string) => planned.findLast((run) => run.user === user)!;
const others = planned.filter(
  (run) => run.name.slice(11, 21) === outage.name.slice(11, 21) && /^(fs|rados)$/.test(run.suite) && run !== outage,
);

/** The jobs without bulky values, and only the first ones of the first two large runs. */
function lean(run: PlannedRun): PlannedRun['jobs'] {
  const jobs = run.jobs.length === 500 && run !== weekly ? run.jobs.slice(0, 90) : run.jobs;
  return jobs.map(({ document, summary, ...job }) => {
    const { overrides: _, tasks: __, roles: ___, ...rest } = document;
    return { ...job, document: rest, summary };
  });
}

let pages: Pages;
const verdictsOf = async (run: PlannedRun) => pages.read<RunVerdicts>(`/runs/${encodeURIComponent(run.name)}/verdicts`);
/** The first verdict on a cause whose title contains a text. */
const said = async (run: PlannedRun, title: string) =>
  (await verdictsOf(run)).verdicts.find((one) => one.title.includes(title));

beforeAll(async () => {
  pages = await startPages(engines.find(({ name }) => name === 'sqlite')!);
  const runs = new Set([...nights, ...others, wip('yuriw'), wip('lflores')]);
  for (const node of new Set([...runs].flatMap(({ jobs }) => jobs.flatMap(({ nodes }) => nodes))))
    await pages.post('/nodes/', { name: fqdn(node), machine_type: node.replace(/\d+$/, ''), is_vm: false });
  for (const run of runs) await seedRun(pages, run.name, lean(run));
}, 120_000);
afterAll(() => pages.stop());

test('the newest run of 500 jobs has all kinds of verdicts, on about two dozen causes', async () => {
  const { verdicts, run } = await verdictsOf(weekly);
  const failed = run.counts.fail + run.counts.dead;
  expect([failed >= 60 && failed <= 100, verdicts.length >= 18 && verdicts.length <= 30]).toEqual([true, true]);
  expect(await said(weekly, 'candidate had a read error')).toMatchObject({
    verdict: 'SINCE',
    is_new: true,
    blame: { facets: [['rados/thrash-erasure-code']] },
    k: 0,
  });
  expect(await said(weekly, 'mon-last-epoch-clean')).toMatchObject({ verdict: 'NEW', k: 0 });
  expect(await said(weekly, 'valgrind')).toMatchObject({ verdict: 'FLAKY', is_new: false });
  expect(await said(weekly, 'reached maximum tries')).toMatchObject({ verdict: 'INFRA', outage: null });
});

test('a cause that was fixed and returned dates from its return', async () => {
  const crash = await said(weekly, 'crashed: ceph-osd');
  expect(crash).toMatchObject({ verdict: 'SINCE', is_new: true });
  const back = nights.at(-5)!.scheduled.getTime();
  expect(crash!.since!.run.scheduled).toBeGreaterThanOrEqual(back);
  expect(nights.slice(0, 8).some(({ jobs }) => jobs.some(({ cause }) => cause === 'osd crash with zlib'))).toBe(true);
});

test('a regression of the newest night is new', async () => {
  expect(await said(newest, "from module 'balancer'")).toMatchObject({ verdict: 'NEW', is_new: true, k: 0 });
});

test('an outage affects several suites and branches', async () => {
  for (const run of [outage, ...others]) {
    expect(await said(run, 'podman pull')).toMatchObject({ verdict: 'INFRA', outage: { hits: expect.any(Number) } });
  }
});

test('a branch with a bug of its own has a new cause, and one without has none', async () => {
  const broken = await verdictsOf(wip('yuriw'));
  expect(broken.baseline.base).toBe('main');
  expect(broken.verdicts.filter(({ is_new }) => is_new).map(({ title }) => title)).toEqual([
    expect.stringContaining('crashed: ceph-mon'),
  ]);
  expect((await verdictsOf(wip('lflores'))).verdicts.filter(({ is_new }) => is_new)).toEqual([]);
});

test('the broken machine is suspect', async () => {
  const { nodes } = await pages.read<NodeList>('/nodes');
  const suspects = nodes.flatMap(({ name, suspect }) => (suspect === null ? [] : [name]));
  expect(suspects).toContain(fqdn(brokenNode));
  expect(suspects.length).toBeLessThanOrEqual(2);
});
