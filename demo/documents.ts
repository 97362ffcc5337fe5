import { chance, createRandom, hex, int, letters, pick, type Random, sample } from './random.ts';
import { commands, ignorelist, operations, settings, sideScripts } from './settings.ts';
import { type JobShape, jobShape } from './shapes.ts';
import { fqdn, machineTypes } from './vocabulary.ts';

/** A job document with the keys that teuthology sends. */
export type JobDocument = Record<string, unknown>;

/** The facts in a document about its run and its job. */
export interface JobFacts {
  name: string;
  job_id: string;
  user: string;
  suite: string;
  branch: string;
  sha1: string;
  suite_sha1: string;
  flavor: string;
  machine_type: string;
  priority: number;
  seed: number;
  subset: string;
  scheduled: Date;
  /** The machines of the job; empty while it waits for them. */
  nodes: readonly string[];
  shape: JobShape;
}

/** The size of documents: the smallest, the mean and the largest number of bytes of JSON. */
export const documentSize = { least: 2_200, mean: 8_192, most: 19_500 };

/** Draws the size of a document. Few are very small or very large, and the mean is near `documentSize.mean`. */
export function drawSize(random: Random): number {
  const bell = (random() + random() + random() + random()) / 2 - 1;
  const size = documentSize.mean * 0.95 * Math.exp(bell * 1.5);
  return Math.round(Math.min(documentSize.most, Math.max(documentSize.least, size)));
}

/**
 * One job document of about `bytes` bytes of JSON. Missing facts are made up, so that a benchmark can call `jobDocument(random, { bytes: 8192,
 * job_id: '1' })`.
 */
export function jobDocument(random: Random, options: Partial<JobFacts> & { bytes?: number } = {}): JobDocument {
  const facts = { ...madeUpFacts(random), ...options };
  const document = smallKeys(facts);
  document.kernel = { branch: 'testing', flavor: facts.flavor, kdb: 1, sha1: 'distro' };
  document.roles = facts.shape.roles;
  if (facts.nodes.length > 0) document.targets = targets(facts.nodes);
  const body = skeleton(facts);
  document.overrides = body.overrides;
  document.tasks = body.tasks;
  // The small parts come first, because the filling depends on their size, which is measured only once.
  fill(random, body, (options.bytes ?? drawSize(random)) - JSON.stringify(document).length);
  return document;
}

/** The `targets` of a job: its machines with their public keys. A machine has the same key in every job. */
export function targets(nodes: readonly string[]): Record<string, string> {
  return Object.fromEntries(nodes.map((node) => [`ubuntu@${fqdn(node)}`, publicKey(node)]));
}

/** The public key of a machine, which never changes. */
export function publicKey(node: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letters(createRandom('public key', node), 43, alphabet)}`;
}

function madeUpFacts(random: Random): JobFacts {
  const shape = jobShape(int(random, 1, 1_000_000), 'rados', int(random, 0, 1000), 'sample');
  const name = 'teuthology-2026-11-20_20:00:15-rados-main-distro-default-smithi';
  const [sha1, suite_sha1] = [hex(random, 40), hex(random, 40)];
  const nodes = sample(random, machineTypes.smithi!, shape.roles.length);
  const run = {
    name,
    user: 'teuthology',
    suite: 'rados',
    branch: 'main',
    sha1,
    suite_sha1,
    flavor: 'default',
    seed: 4711,
  };
  const scheduled = new Date('2026-11-20T20:00:15Z');
  return { ...run, job_id: '1', machine_type: 'smithi', priority: 100, subset: '1/120', scheduled, nodes, shape };
}

function smallKeys(facts: JobFacts): JobDocument {
  const repo = 'https://github.com/ceph/ceph-ci.git';
  return {
    archive_path: `/home/teuthworker/archive/${facts.name}/${facts.job_id}`,
    branch: facts.branch,
    description: facts.shape.description,
    email: facts.user === 'teuthology' ? 'ceph-qa@ceph.io' : `${facts.user}@ceph.io`,
    first_in_suite: false,
    flavor: facts.flavor,
    job_id: facts.job_id,
    ktype: 'distro',
    last_in_suite: false,
    machine_type: facts.machine_type,
    name: facts.name,
    no_nested_subset: false,
    'nuke-on-error': true,
    os_type: facts.shape.os.os_type,
    os_version: facts.shape.os.os_version,
    owner: `scheduled_${facts.user}@teuthology`,
    priority: facts.priority,
    queue: facts.machine_type,
    repo,
    seed: facts.seed,
    sha1: facts.sha1,
    sleep_before_teardown: 0,
    subset: facts.subset,
    suite: facts.suite,
    suite_branch: facts.branch,
    suite_path: `/home/teuthworker/src/github.com_ceph_ceph-ci_${facts.suite_sha1}/qa`,
    suite_relpath: 'qa',
    suite_repo: repo,
    suite_sha1: facts.suite_sha1,
    teuthology_branch: 'main',
    teuthology_sha1: hex(createRandom('teuthology', facts.branch), 40),
    timestamp: facts.scheduled.toISOString().slice(0, 19).replace('T', '_'),
    user: facts.user,
    verbose: false,
  };
}

/** The two parts of a document that are filled up. */
interface Body {
  overrides: {
    ceph: { conf: Record<string, Record<string, unknown>>; 'log-ignorelist': string[] } & JobDocument;
  } & JobDocument;
  tasks: JobDocument[];
}

function skeleton(facts: JobFacts): Body {
  const { sha1, branch, flavor, shape } = facts;
  const clients = shape.roles.flat().filter((role) => role.startsWith('client.'));
  const overrides: Body['overrides'] = {
    admin_socket: { branch },
    'ansible.cephlab': { branch: 'main', skip_tags: 'nvme-loop,firewall', vars: { timezone: 'UTC' } },
    ceph: { conf: { mon: { 'debug mon': 20 }, osd: { 'debug osd': 20 } }, flavor, 'log-ignorelist': [], sha1 },
    install: { ceph: { flavor, sha1, extra_system_packages: { deb: ['python3-pytest'], rpm: ['python3-pytest'] } } },
    workunit: { branch, sha1 },
  };
  if (shape.os.os_type !== 'ubuntu') overrides.selinux = { allowlist: ['scontext=system_u:system_r:logrotate_t:s0'] };
  const tasks: JobDocument[] = [{ install: null }, { ceph: null }];
  if (shape.thrashes) tasks.push({ thrashosds: { chance_pgnum_grow: 2, chance_pgpnum_fix: 1, timeout: 1200 } });
  if (shape.mds) tasks.push({ 'ceph-fuse': clients });
  const { workunit, test, rados, s3tests, bench } = shape.work;
  if (workunit) tasks.push({ workunit: { clients: { [clients[0]!]: [workunit] } } });
  if (test)
    tasks.push({ cephfs_test_runner: { modules: [test.split('.').slice(0, 3).join('.')], fail_on_skip: false } });
  if (rados) tasks.push({ rados: radosTask(clients, rados === 'erasure') });
  if (s3tests) tasks.push({ s3tests: { [clients[0]!]: { rgw_server: clients[0], force_branch: `ceph-${branch}` } } });
  if (bench) tasks.push({ radosbench: { clients: clients.slice(0, 1), time: 90 } });
  return { overrides, tasks };
}

function radosTask(clients: string[], erasure: boolean): JobDocument {
  const op_weights = Object.fromEntries(
    erasure ? [...operations.slice(0, 1), ['append', 100], ...operations.slice(3, 10)] : operations,
  );
  return {
    clients: clients.slice(0, 1),
    ...(erasure ? { ec_pool: true } : {}),
    max_in_flight: 64,
    objects: 1024,
    op_weights,
    ops: 400_000,
    size: 16_384,
  };
}

/**
 * Adds pieces to overrides and tasks until about `room` bytes are used. Settings and log patterns come first, as in small real documents,
 * followed by more and more tasks, as in large ones.
 */
function fill(random: Random, { overrides, tasks }: Body, room: number): void {
  const options = Object.entries(settings).flatMap(([section, entries]) =>
    entries.map((entry) => [section, ...entry] as const),
  );
  const patterns = sample(random, ignorelist, ignorelist.length);
  const { conf } = overrides.ceph;
  for (const [section, name, value] of sample(random, options, Math.ceil(room / 65))) {
    if (room < 60) return;
    if (!conf[section]) room -= section.length + 6;
    conf[section] ??= {};
    conf[section][name] = value;
    room -= JSON.stringify([name, value]).length;
    const pattern = chance(random, 0.5) ? patterns.pop() : undefined;
    if (pattern) room -= overrides.ceph['log-ignorelist'].push(pattern) && JSON.stringify(pattern).length + 1;
  }
  for (let pool = 0; room >= 100; pool++) {
    const task = extraTask(random, pool, room);
    tasks.push(task);
    room -= JSON.stringify(task).length + 1;
  }
}

function extraTask(random: Random, pool: number, room: number): JobDocument {
  const kind = random();
  if (kind < 0.2 && room > 400)
    return { rados: { ...radosTask(['client.0'], false), objects: int(random, 50, 1024), pools: [`pool-${pool}`] } };
  if (kind < 0.4)
    return { workunit: { clients: { 'client.0': sample(random, sideScripts, Math.min(4, Math.ceil(room / 80))) } } };
  if (kind < 0.5) return { print: `**** done part ${pool} of the workload` };
  const lines = sample(random, commands, Math.min(int(random, 2, 6), Math.ceil(room / 100)));
  return { [pick(random, ['exec', 'cephadm.shell'])]: { 'mon.a': [...lines, `ceph osd pool stats pool-${pool}`] } };
}
