/** A day of a lab over HTTP. The server always shows exactly the runs, jobs and nodes that its clients expect. */
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../../src/store/write/tokens.ts';
import { engines } from '../../helpers/engines.ts';
import { createLab, type Lab, type LabNode, type Shown } from '../../helpers/lab.ts';
import { someone, startServer, type TestServer } from '../../helpers/server.ts';

const secret = 'paddles_of-the-lab-day'.padEnd(51, 'x');
const jobsPerRun = 20;
/** Jobs of each run that the dispatchers carry out. */
const workedOff = 12;
const dispatchers = 12;
const host = (index: number) => `smithi${String(index).padStart(3, '0')}.front.sepia.ceph.com`;
const nodeNames = Array.from({ length: 16 }, (_, index) => host(index));
const runName = (hour: number, suite: string) => `ana-2024-03-01_${hour}:00:15-${suite}-main-distro-default-smithi`;
const [rados, fs, rgw] = [runName(10, 'rados'), runName(11, 'fs'), runName(12, 'rgw')] as const;
const rerun = runName(18, 'rados');

/** What the clients know. */
interface Memory {
  /** run → job → status */
  jobs: Map<string, Map<string, string>>;
  /** The configuration of each job by run and id. */
  sent: Map<string, Shown>;
  /** node → its holder */
  held: Map<string, string>;
  /** node → number of jobs that ran on it */
  used: Map<string, number>;
  /** Resolves when the next node is unlocked. */
  unlocked: PromiseWithResolvers<void>;
}

function jobsOf(memory: Memory, run: string, ...statuses: string[]): string[] {
  const jobs = [...(memory.jobs.get(run) ?? [])];
  return jobs.filter(([, status]) => statuses.length === 0 || statuses.includes(status)).map(([job_id]) => job_id);
}

/** A job as `teuthology-schedule` sends it. */
function jobConfig(run: string, index: number): Shown {
  return {
    ...{ name: run, description: `rados/thrash/{${index} clusters/fixed-2}`, owner: 'scheduled_ana@teuthology' },
    ...{ machine_type: 'smithi', priority: 1000 - (index % 3), user: 'ana', timestamp: '2024-03-01_10:00:15' },
    ...{ suite: run.split('-')[4], branch: 'main', sha1: 'a'.repeat(40), seed: 4711, subset: '1/128', verbose: true },
    ...{ 'suite-branch': 'main', os_type: 'centos', os_version: '9.stream', flavor: 'default', email: null },
    ...{ roles: [['mon.a', 'osd.0'], ['client.0']], tasks: [{ install: null }, { ceph: { fs: 'xfs' } }] },
    ...{
      overrides: { ceph: { conf: { osd: { 'osd max backfills': index } } } },
      tube: 'smithi',
      first_in_suite: false,
    },
  };
}

async function schedule(lab: Lab, memory: Memory, run: string, configs: Shown[], chooseIds: boolean): Promise<void> {
  const jobs = new Map<string, string>();
  memory.jobs.set(run, jobs);
  for (const [index, config] of configs.entries()) {
    const job = { ...config, status: 'queued' };
    const job_id = chooseIds ? String(7_000_000 + index) : await lab.schedule(run, job);
    if (chooseIds) expect(await lab.report(run, { ...job, job_id })).toBe('posted');
    expect(jobs.has(job_id)).toBe(false);
    jobs.set(job_id, 'queued');
    memory.sent.set(`${run}/${job_id}`, config);
  }
}

/** Locks nodes for a job. While too few are free it retries whenever one is unlocked. */
async function takeNodes(lab: Lab, memory: Memory, holder: string, count: number): Promise<LabNode[]> {
  const wanted = { count, locked_by: 'scheduled_ana@teuthology', machine_type: 'smithi', description: holder };
  for (;;) {
    const unlocked = memory.unlocked.promise;
    await lab.nodes({ machine_type: 'smithi', up: 1, locked: 0, count });
    const nodes = await lab.lockMany(wanted);
    if (nodes === null) {
      await unlocked;
      continue;
    }
    expect(nodes).toHaveLength(count);
    for (const { name, locked, locked_by, description, ssh_pub_key } of nodes) {
      expect(memory.held.get(name), `${name} for ${holder}`).toBeUndefined();
      expect({ locked, locked_by, description }).toEqual({
        locked: true,
        locked_by: wanted.locked_by,
        description: holder,
      });
      expect(ssh_pub_key).toBe(`ssh-ed25519 ${name}`);
      memory.held.set(name, holder);
      memory.used.set(name, (memory.used.get(name) ?? 0) + 1);
    }
    return nodes;
  }
}

async function giveBack(lab: Lab, memory: Memory, nodes: { name: string }[], holder: string): Promise<void> {
  for (const { name } of nodes) {
    // Before the request, because another client can lock the node before the answer arrives.
    memory.held.delete(name);
    expect(await lab.unlock(name, 'scheduled_ana@teuthology', holder)).toBe(true);
    memory.unlocked.resolve();
    memory.unlocked = Promise.withResolvers();
  }
}

/** Does what the dispatcher and the supervisor do before the tasks of a job run. Returns its nodes. */
async function startJob(lab: Lab, memory: Memory, run: string, job_id: string): Promise<LabNode[]> {
  const config = { ...memory.sent.get(`${run}/${job_id}`), job_id };
  const status = async (value: string, more: Shown = {}) => {
    expect(await lab.report(run, { ...config, status: value, ...more })).toBe('put');
    memory.jobs.get(run)?.set(job_id, value);
  };
  const nodes = await takeNodes(lab, memory, `/archive/${run}/${job_id}`, 1 + (Number(job_id) % 3));
  await status('running');
  await status('waiting');
  const targets = Object.fromEntries(nodes.map(({ name, ssh_pub_key }) => [`ubuntu@${name}`, ssh_pub_key]));
  await status('running', { targets });
  await lab.report(run, { name: run, job_id, pid: 4242 });
  await status('running', { targets, pid: 4243, archive_path: `/archive/${run}/${job_id}` });
  return nodes;
}

async function runJob(lab: Lab, memory: Memory, run: string, job_id: string, outcome: string): Promise<void> {
  const nodes = await startJob(lab, memory, run, job_id);
  await lab.report(run, { name: run, job_id });
  const summary = { name: run, job_id, duration: 12.7, owner: 'scheduled_ana@teuthology' };
  if (outcome === 'pass') await lab.report(run, { ...summary, success: true });
  if (outcome === 'fail') await lab.report(run, { ...summary, success: false, status: 'fail', failure_reason: 'no' });
  const failure_reason = outcome === 'dead' ? { failure_reason: 'hit max job timeout' } : {};
  // The supervisor ends every job like this, which does not change a verdict.
  await lab.report(run, { name: run, job_id, status: 'dead', ...failure_reason });
  memory.jobs.get(run)?.set(job_id, outcome);
  await giveBack(lab, memory, nodes, `/archive/${run}/${job_id}`);
}

/** Runs jobs with several concurrent dispatchers. */
async function workOff(lab: Lab, memory: Memory, jobs: [run: string, job_id: string][], outcomes: string[]) {
  const left = jobs.entries();
  const worker = async () => {
    for (const [index, [run, job_id]] of left) {
      await runJob(lab, memory, run, job_id, outcomes[index % outcomes.length] as string);
    }
  };
  await Promise.all(Array.from({ length: dispatchers }, worker));
}

/** `teuthology-kill` of a run: deletes queued jobs, marks the others dead and unlocks their nodes. */
async function killRun(lab: Lab, memory: Memory, run: string): Promise<void> {
  const { machine_type, jobs } = await lab.run(run);
  expect(machine_type).toBe('smithi');
  const running = jobs.filter(({ status }) => status === 'running' || status === 'waiting');
  expect(running.map(({ job_id }) => job_id)).toEqual(jobsOf(memory, run, 'running', 'waiting').sort());
  for (const { pid, targets } of running) {
    expect([Number(pid), Object.keys(targets as Shown).length > 0]).toEqual([4243, true]);
  }
  for (const { job_id, status } of await lab.jobs(run, ['status'])) {
    if (status !== 'queued') continue;
    await lab.deleteJob(run, job_id as string);
    memory.jobs.get(run)?.delete(job_id as string);
  }
  for (const { job_id, status } of await lab.jobs(run, ['status'])) {
    if (['pass', 'fail', 'dead'].includes(status as string)) continue;
    await lab.report(run, { name: run, job_id, status: 'dead', success: false, failure_reason: 'killed' });
    memory.jobs.get(run)?.set(job_id as string, 'dead');
  }
  for (const { job_id, targets } of running) {
    const names = Object.keys(targets as Shown).map((target) => ({ name: target.split('@')[1] as string }));
    await giveBack(lab, memory, names, `/archive/${run}/${job_id}`);
  }
}

async function expectAsRemembered(lab: Lab, memory: Memory, statuses: Record<string, string>): Promise<void> {
  const runs = (await lab.page('/runs/')) as Shown[];
  expect(Object.fromEntries(runs.map(({ name, status }) => [name, status]))).toEqual(statuses);
  for (const [run, jobs] of memory.jobs) {
    const counts: Shown = { queued: 0, pass: 0, running: 0, waiting: 0, fail: 0, dead: 0, unknown: 0 };
    for (const status of jobs.values()) counts[status] = (counts[status] as number) + 1;
    expect(runs.find(({ name }) => name === run)?.results).toMatchObject({ ...counts, total: jobs.size });
    const told = (await lab.jobs(run, ['status'])).map(({ job_id, status }) => [job_id, status]);
    expect(told.sort()).toEqual([...jobs].sort());
  }
  const nodes = await lab.nodes({ machine_type: 'smithi' });
  expect(nodes.map(({ name, locked, description }) => [name, locked ? description : undefined])).toEqual(
    nodeNames.map((name) => [name, memory.held.get(name)]),
  );
  for (const name of nodeNames) {
    const stats = (await lab.page(`/nodes/${name}/job_stats/`)) as Record<string, number>;
    const total = Object.values(stats).reduce((sum, count) => sum + count, 0);
    expect([name, total]).toEqual([name, memory.used.get(name) ?? 0]);
  }
}

// Both engines handle tokens in the same way, so a day without tokens is tested on only one of them.
const days = engines.flatMap((engine) => {
  const needs = engine.name === 'sqlite' ? (['writes'] as const) : (['off', 'writes'] as const);
  return needs.map((require_token) => ({ engine, name: engine.name, require_token }));
});

describe.each(days)('a day of a lab on $name with tokens for $require_token', ({ engine, require_token }) => {
  let server: TestServer;
  let lab: Lab;
  const memory: Memory = {
    ...{ jobs: new Map(), sent: new Map(), held: new Map(), used: new Map() },
    unlocked: Promise.withResolvers(),
  };
  const queue = async () =>
    ((await lab.page('/runs/queued/')) as Shown[]).map(({ name, results }) => [name, (results as Shown).queued]);

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology', require_token });
    if (require_token === 'off') lab = createLab(server);
    else {
      const scopes = ['report' as const, 'lock' as const, 'admin' as const];
      const token = { name: 'worker', scopes, hash: hash('sha256', secret), expires: null };
      expect(await createToken(server.db, token, someone, 1)).toBeNull();
      await expect(createLab(server).schedule('a', {})).rejects.toThrow('401');
      lab = createLab(server, server.url.replace('//', `//worker:${secret}@`));
    }
  });
  afterAll(() => server.stop());

  test('nodes are inventoried', async () => {
    for (const how of ['created', 'updated']) {
      for (const name of nodeNames) {
        const facts = { arch: 'x86_64', os_type: 'centos', os_version: '9', up: true, user: 'ubuntu' };
        const node = { ...facts, name, machine_type: 'smithi', ssh_pub_key: `ssh-ed25519 ${name}` };
        expect(await lab.inventory(node)).toBe(how);
      }
    }
    await expectAsRemembered(lab, memory, {});
  });

  test('three runs are scheduled concurrently', async () => {
    const configs = (run: string) => Array.from({ length: jobsPerRun }, (_, index) => jobConfig(run, index));
    await Promise.all([rados, fs, rgw].map((run) => schedule(lab, memory, run, configs(run), run !== rgw)));
    expect(await queue()).toEqual([rados, fs, rgw].map((run) => [run, jobsPerRun]));
    await expectAsRemembered(lab, memory, { [rados]: 'queued', [fs]: 'queued', [rgw]: 'queued' });
  });

  test('twelve dispatchers never get the same node', async () => {
    const jobs = [rados, fs, rgw].map((run) => jobsOf(memory, run).slice(0, workedOff));
    const mixed = Array.from({ length: workedOff }, (_, index) =>
      [rados, fs, rgw].map((run, of): [string, string] => [run, jobs[of]?.[index] as string]),
    ).flat();
    await workOff(lab, memory, mixed, ['pass', 'pass', 'pass', 'fail', 'pass', 'dead', 'pass']);
    expect(await queue()).toEqual([rados, fs, rgw].map((run) => [run, jobsPerRun - workedOff]));
    const failed = 'finished fail';
    await expectAsRemembered(lab, memory, { [rados]: failed, [fs]: failed, [rgw]: failed });
  });

  test('a run is killed while six of its jobs run', async () => {
    const starting = jobsOf(memory, fs, 'queued').slice(0, 6);
    await Promise.all(starting.map((job_id) => startJob(lab, memory, fs, job_id)));
    await expectAsRemembered(lab, memory, { [rados]: 'finished fail', [fs]: 'running', [rgw]: 'finished fail' });
    await killRun(lab, memory, fs);
    expect(jobsOf(memory, fs)).toHaveLength(workedOff + 6);
    await expectAsRemembered(lab, memory, { [rados]: 'finished fail', [fs]: 'finished fail', [rgw]: 'finished fail' });
  });

  test('the other two runs finish', async () => {
    const jobs = [rados, rgw].flatMap((run) => jobsOf(memory, run, 'queued').map((id): [string, string] => [run, id]));
    await workOff(lab, memory, jobs, ['pass', 'pass', 'pass', 'pass', 'pass', 'pass', 'fail']);
    expect(await queue()).toEqual([]);
  });

  test('failed jobs are rerun with seed and subset of the first run, and pass', async () => {
    const before = await lab.run(rados);
    const bad = before.jobs.filter(({ status }) => status === 'fail' || status === 'dead');
    expect(bad).toHaveLength(jobsOf(memory, rados, 'fail', 'dead').length);
    const { seed, subset } = before.jobs[0] as Shown;
    const configs = bad.map(({ description }) => ({ ...jobConfig(rerun, 0), description, seed, subset }));
    expect(configs[0]).toMatchObject({ seed: 4711, subset: '1/128' });
    await schedule(lab, memory, rerun, configs, true);
    await workOff(
      lab,
      memory,
      jobsOf(memory, rerun).map((id): [string, string] => [rerun, id]),
      ['pass'],
    );
    const descriptions = (await lab.jobs(rerun, ['description'])).map(({ description }) => description);
    expect(descriptions.sort()).toEqual(bad.map(({ description }) => description).sort());
  });

  test('one of ten users gets a node, and at the end all nodes are free', async () => {
    const [name] = nodeNames as [string];
    const users = Array.from({ length: 10 }, (_, index) => `user${index}@host`);
    const locks = await Promise.all(users.map((user) => lab.lock(name, user, 'mine')));
    const refused = locks.filter((lock) => 'refused' in lock);
    expect(refused).toEqual(Array(9).fill({ refused: 'Cannot lock an already-locked node' }));
    const owner = users[locks.findIndex((lock) => !('refused' in lock))] as string;
    expect(await lab.unlock(name, users.find((user) => user !== owner) as string, null)).toBe(false);
    expect(await lab.node(name)).toMatchObject({ locked: true, locked_by: owner });
    await lab.unlockMany([name], owner);
    const statuses = { [rados]: 'finished fail', [fs]: 'finished fail', [rgw]: 'finished fail' };
    await expectAsRemembered(lab, memory, { ...statuses, [rerun]: 'finished pass' });
    expect(memory.held.size).toBe(0);
  });
});
