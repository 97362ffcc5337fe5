/** Suspect nodes, and the counts of nodes and queues. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { NodeItem, NodeList, NodePage, Queue } from '../../src/http/api/lab.ts';
import type { Problem } from '../../src/http/api/schema.ts';
import { linesByIds } from '../../src/store/pages/job-lines.ts';
import { chargesOfNodes } from '../../src/store/pages/node-suspects.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const nodes = ['smithi001', 'smithi002', 'smithi003', 'smithi004', 'smithi005', 'smithi006', 'smithi007', 'smithi141'];
const bad = 'smithi141';
const jobsOfNode = 20;

/** A failure reason with the name of the node, which is not part of the cause. */
const lost = (node: string) => `Failed to reconnect to ${node}`;
const power = (node: string) => `Failed to power on ${node}.front.sepia.ceph.com`;
const outage = 'SSH connection was lost: EOF during negotiation';

/** The bad node has two lab failures and product failures, two others have one lab failure, and an outage affects all others. */
function reasonOf(node: string, at: number): string | undefined {
  if (node === bad)
    return at < 4 ? lost(node) : at < 7 ? power(node) : at < 9 ? "Command crashed: 'ceph-osd'" : undefined;
  if (at === 0 && node < 'smithi003') return power(node);
  return at > 2 && at < 10 ? outage : undefined;
}

describe.each(engines)('nodes on $name', (engine) => {
  let pages: Pages;
  const page = (name: string) => pages.read<NodePage>(`/nodes/${name}`);

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const node of nodes) {
      const name = `${node}.front.sepia.ceph.com`;
      await pages.post('/nodes/', { name, machine_type: 'smithi', up: node !== bad, is_vm: false });
      for (let at = 0; at < jobsOfNode; at++) {
        const failure_reason = reasonOf(node, at);
        const job = { job_id: `${node}-${at}`, targets: { [`ubuntu@${name}`]: 'ssh-rsa' } };
        await pages.report(runOn(1), { ...job, status: 'running', machine_type: 'smithi' });
        const status = failure_reason === undefined ? 'pass' : 'fail';
        await pages.put(`/runs/${runOn(1)}/jobs/${job.job_id}/`, {
          status,
          success: status === 'pass',
          failure_reason,
        });
      }
    }
    for (const [run, status] of [
      [runOn(2), 'queued'],
      [runOn(2), 'running'],
      [runOn(3), 'running'],
    ] as const)
      await pages.report(run, { job_id: `${run.slice(14, 16)}-${status}`, status, machine_type: 'smithi' });
  });
  afterAll(() => pages.stop());

  test('are suspect if their jobs fail because of the lab more often than those of others, outages aside', async () => {
    const found = (await pages.read<NodeList>('/nodes')).nodes;
    const byName = new Map(found.map((node) => [node.name.split('.')[0], node]));
    expect(found.filter(({ suspect }) => suspect !== null).map(({ name }) => name)).toEqual([
      `${bad}.front.sepia.ceph.com`,
    ]);
    expect(byName.get(bad)?.suspect).toMatchObject({
      sentence: '7 infra failures in 20 jobs here, 2 of 140 on the other smithi nodes.',
      ...{ failures: 7, jobs: 20, others: { failures: 2, jobs: 140 } },
      causes: [
        { title: expect.stringContaining('reconnect'), class: 'infra', jobs: 4 },
        { title: expect.stringContaining('power'), class: 'infra', jobs: 3 },
      ],
    });
    const infra = (name: string) => (byName.get(name) as NodeItem).infra;
    expect([infra(bad), infra('smithi001'), infra('smithi004')]).toEqual([
      { failures: 7, jobs: 20 },
      { failures: 1, jobs: 20 },
      { failures: 0, jobs: 20 },
    ]);
  });

  test('are judged again some minutes later, even if the clock was set back', async () => {
    const [at, hour] = [Date.now() * 1000, 3_600_000_000];
    const first = await chargesOfNodes(pages.db, at);
    expect(await chargesOfNodes(pages.db, at - hour)).toBe(first);
    const before = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(before + 660_000);
    const later = await chargesOfNodes(pages.db, at - hour).finally(() => clock.mockRestore());
    expect(later).not.toBe(first);
  });

  test('that are suspect say so on their pages, but not without enough evidence', async () => {
    expect((await page(`${bad}.front.sepia.ceph.com`)).node.suspect?.sentence).toContain('7 infra failures in 20 jobs');
    expect((await page('smithi001.front.sepia.ceph.com')).node.suspect).toBeNull();
  });

  test('are found without their domain, and similar names are suggested for an unknown one', async () => {
    expect((await page(bad)).node.name).toBe(`${bad}.front.sepia.ceph.com`);
    const unknown = await pages.get('/api/nodes/smithi14');
    expect([unknown.status, (unknown.json as Problem).nearest?.[0]]).toEqual([404, `${bad}.front.sepia.ceph.com`]);
    await pages.post('/nodes/', { name: 'smithi001.other.net', machine_type: 'other', is_vm: false });
    const both = await pages.get('/api/nodes/smithi001');
    expect(both.status).toBe(404);
    expect((both.json as Problem).nearest?.slice(0, 2)).toEqual([
      'smithi001.front.sepia.ceph.com',
      'smithi001.other.net',
    ]);
    expect((await pages.get(`/api/nodes/${'%F0%9F%98%80'.repeat(40)}`)).status).toBe(404);
  });

  test('are shown without jobs that are deleted meanwhile', async () => {
    const gone = 2 ** 40;
    expect(await linesByIds(pages.db, [gone])).toEqual([]);
  });

  test('have no influence on the number of running jobs, which also counts runs without queued jobs', async () => {
    const queue = (await pages.read<Queue>('/queue')).queues.find(({ machine_type }) => machine_type === 'smithi');
    expect(queue).toMatchObject({ running: 2, running_elsewhere: 1, queued: 1 });
    expect(queue?.runs.map(({ name, counts }) => [name, counts.running])).toEqual([[runOn(2), 1]]);
  });
});
