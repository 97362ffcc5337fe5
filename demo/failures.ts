import {
  diskFull,
  type FailureContext,
  healthWarning,
  infra,
  pythonError,
  selinux,
  testFailure,
  workloadFailure,
} from './messages.ts';
import { chance, createRandom, int } from './random.ts';
import { brokenNode, developers, flakyNode } from './vocabulary.ts';

/** One underlying cause of failures. All failures with this cause should end up in one group. */
export interface Cause {
  name: string;
  dead?: boolean;
  /** The probability that a job that it applies to fails because of it. */
  rate: number;
  applies(context: FailureContext): boolean;
  /** The failure_reason; null if the job just vanished. */
  reason(context: FailureContext): string | null;
}

/** How a job failed. */
export interface Failure {
  cause: string;
  dead: boolean;
  reason: string | null;
}

const anywhere = () => true;
const since = (night: number) => (context: FailureContext) => context.night <= night;
const during = (first: number, last: number) => (context: FailureContext) =>
  context.night <= first && context.night >= last;
const either =
  (...all: ((context: FailureContext) => boolean)[]) =>
  (context: FailureContext) =>
    all.some((one) => one(context));
const facet = (text: string) => (context: FailureContext) => context.shape.description.includes(text);
const on = (node: string) => (context: FailureContext) => context.nodes.includes(node);
const runs = (script: string) => (context: FailureContext) => context.shape.work.workunit === script;
const tests = (name: string) => (context: FailureContext) => context.shape.work.test?.endsWith(name) === true;
const osIs = (type: string) => (context: FailureContext) => context.shape.os.os_type === type;
const both =
  (...all: ((context: FailureContext) => boolean)[]) =>
  (context: FailureContext) =>
    all.every((one) => one(context));
/** Whether a job started in a certain night, within some minutes after a certain hour in UTC. */
const between = (night: number, hour: number, minutes: number) => (context: FailureContext) => {
  const minute = (context.started.getTime() / 60_000) % 1440;
  return context.night === night && minute >= hour * 60 && minute < hour * 60 + minutes;
};
const onMain = (context: FailureContext) => context.branch === 'main';

/** Causes that can hit any job: machines, network, packages, the lab itself. */
const labCauses: Cause[] = [
  {
    name: 'reimage: a broken machine',
    dead: true,
    rate: 0.6,
    applies: both(on(brokenNode), since(7)),
    reason: infra.reimageTimeout,
  },
  { name: 'ssh: a flaky machine', rate: 0.15, applies: on(flakyNode), reason: infra.connectionLost },
  { name: 'reimage: power outage', dead: true, rate: 0.16, applies: during(9, 9), reason: infra.powerFailed },
  { name: 'image registry away', rate: 0.85, applies: between(5, 22, 45), reason: infra.imagePull },
  { name: 'reimage: wrong system', dead: true, rate: 0.004, applies: anywhere, reason: infra.wrongSystem },
  {
    name: 'git server down',
    rate: 0.12,
    applies: both(during(13, 13), (c) => c.shape.work.workunit !== undefined),
    reason: infra.gitClone,
  },
  { name: 'max job timeout', dead: true, rate: 0.005, applies: anywhere, reason: () => 'hit max job timeout' },
  { name: 'vanished', dead: true, rate: 0.003, applies: anywhere, reason: () => null },
  { name: 'ansible: apt cache', rate: 0.015, applies: osIs('ubuntu'), reason: infra.aptCache },
  { name: 'ansible: epel', rate: 0.02, applies: osIs('rocky'), reason: infra.epel },
  { name: 'ansible: unreachable', rate: 0.003, applies: anywhere, reason: infra.unreachable },
  { name: 'reconnect', rate: 0.003, applies: anywhere, reason: infra.reconnect },
  { name: 'packages', rate: 0.004, applies: anywhere, reason: infra.packages },
  { name: 'disk full', rate: 0.003, applies: anywhere, reason: diskFull },
];

/**
 * Regressions of main: some that were fixed, one that began some days ago, one that came back after it was fixed, and those of the newest run of
 * 500 jobs and of the newest finished night.
 */
const regressions: Cause[] = [
  {
    name: 'osd crash with zlib',
    rate: 0.55,
    applies: both(onMain, either(during(19, 15), since(4)), facet('rados/thrash/'), facet('comp-zlib')),
    reason: infra.crashed('ceph-osd', 'osd'),
  },
  {
    name: 'stale caps',
    rate: 0.9,
    applies: both(onMain, during(16, 8), tests('test_stale_caps')),
    reason: testFailure,
  },
  {
    name: 'ec read error',
    rate: 0.22,
    applies: both(onMain, since(6), facet('rados/thrash-erasure-code')),
    reason: (c) => healthWarning.readError(c),
  },
  {
    name: 'mon-last-epoch-clean',
    rate: 0.8,
    applies: both(onMain, since(3), runs('mon/mon-last-epoch-clean.sh')),
    reason: workloadFailure(1),
  },
  {
    name: 'balancer exception',
    rate: 0.9,
    applies: both(onMain, since(1), facet('upmap-read')),
    reason: (c) => healthWarning.moduleException(c),
  },
];

/** Failures that have occurred now and then for months. */
const knownCauses: Cause[] = [
  { name: 'valgrind', rate: 0.25, applies: facet('validater/valgrind'), reason: infra.valgrind },
  {
    name: 'selinux: setroubleshoot',
    rate: 0.012,
    applies: osIs('centos'),
    reason: selinux('rpm', 'lock', 'setroubleshootd_t', 'var_lib_t'),
  },
  {
    name: 'selinux: sssd',
    rate: 0.015,
    applies: osIs('rocky'),
    reason: selinux('sssd', 'read', 'sssd_t', 'admin_home_t'),
  },
  { name: 'rados/test.sh times out', rate: 0.12, applies: runs('rados/test.sh'), reason: workloadFailure(124) },
  { name: 'test_cephadm.sh', rate: 0.3, applies: runs('cephadm/test_cephadm.sh'), reason: workloadFailure(1) },
  { name: 'test_iscsi_setup.sh', rate: 0.5, applies: runs('cephadm/test_iscsi_setup.sh'), reason: workloadFailure(1) },
  { name: 'fsstress', rate: 0.05, applies: runs('suites/fsstress.sh'), reason: workloadFailure(1) },
  { name: 'multiple_rsync', rate: 0.15, applies: runs('fs/misc/multiple_rsync.sh'), reason: workloadFailure(23) },
  { name: 'librbd times out', rate: 0.1, applies: runs('rbd/test_librbd.sh'), reason: workloadFailure(124) },
  { name: 's3tests', rate: 0.12, applies: (c) => c.shape.work.s3tests === true, reason: workloadFailure(1) },
  { name: 'test_standby', rate: 0.35, applies: tests('test_standby'), reason: testFailure },
  { name: 'test_migration_on_shutdown', rate: 0.25, applies: tests('test_migration_on_shutdown'), reason: testFailure },
  { name: 'SLOW_OPS', rate: 0.03, applies: facet('osd-delay'), reason: (c) => healthWarning.slowOps(c) },
  {
    name: 'MON_DOWN',
    rate: 0.012,
    applies: facet('mon_election/connectivity'),
    reason: (c) => healthWarning.monDown(c),
  },
  { name: 'POOL_APP_NOT_ENABLED', rate: 0.05, applies: facet('cache-'), reason: (c) => healthWarning.poolApp(c) },
  { name: 'PG_DEGRADED', rate: 0.03, applies: facet('thrashers/morepggrow'), reason: (c) => healthWarning.degraded(c) },
  {
    name: 'MDS_SLOW_METADATA_IO',
    rate: 0.08,
    applies: facet('fs/thrash'),
    reason: (c) => healthWarning.slowMetadata(c),
  },
  {
    name: 'CEPHADM_FAILED_DAEMON',
    rate: 0.1,
    applies: facet('orch:cephadm/smoke'),
    reason: (c) => healthWarning.failedDaemon(c),
  },
  {
    name: 'deep-scrub',
    rate: 0.012,
    applies: (c) => c.shape.thrashes,
    reason: (c) =>
      `Timeout 120 running ceph --cluster ceph pg deep-scrub ${int(c.random, 1, 9)}.${int(c.random, 0, 9)}`,
  },
  {
    name: 'wait for clean',
    rate: 0.012,
    applies: (c) => c.shape.thrashes,
    reason: () => 'reached maximum tries (90) after waiting for 540 seconds',
  },
  { name: 'coredumps', rate: 0.02, applies: facet('rados/singleton'), reason: infra.coredumps },
  {
    name: 'crimson crash',
    rate: 0.3,
    applies: facet('objectstore/seastore'),
    reason: infra.crashed('crimson-osd', 'osd'),
  },
  { name: 'mixed versions', rate: 0.25, applies: facet('upgrade:reef-x'), reason: (c) => healthWarning.oldVersion(c) },
];

/** Failures that a developer's branch may cause; vocabulary.ts says which branch causes which. */
const branchCauses: Omit<Cause, 'applies'>[] = [
  { name: 'NoneType', rate: 0.4, reason: pythonError },
  { name: 'own workload', rate: 0.4, reason: (c) => workloadFailure(22)(c) },
  { name: 'own crash', rate: 0.4, reason: infra.crashed('ceph-mon', 'mon') },
  { name: 'own health code', rate: 0.6, reason: (c) => healthWarning.clockSkew(c) },
];

/** How a job fails, or null if it passes. The same night of the same seed always gives the same result. */
export function failureOf(seed: number, context: FailureContext): Failure | null {
  for (const cause of [...labCauses, ...regressions, ...branchCause(context), ...knownCauses]) {
    if (!cause.applies(context) || !chance(context.random, cause.rate)) continue;
    return { cause: cause.name, dead: cause.dead === true, reason: cause.reason(context) };
  }
  return flakyFailure(seed, context);
}

function branchCause({ branch }: FailureContext): Cause[] {
  const own = developers.find((developer) => branch.startsWith(developer.branch));
  const cause = branchCauses.find(({ name }) => name === own?.breaks?.cause);
  if (own?.breaks === undefined || cause === undefined) return [];
  return [{ ...cause, name: `${own.branch}: ${cause.name}`, applies: facet(`${own.breaks.part}/`) }];
}

// A few jobs change between pass and fail for no known reason.
function flakyFailure(seed: number, context: FailureContext): Failure | null {
  const { random, shape } = context;
  const flaky = chance(createRandom(seed, 'flaky', shape.description.replace(/\S+\$\/\S+/, '')), 0.04);
  if (!flaky || !chance(random, 0.4)) return null;
  const cause = shape.work.workunit ?? shape.work.test ?? shape.workload;
  return { cause: `flaky: ${cause}`, dead: false, reason: workloadFailure(1)(context) };
}
