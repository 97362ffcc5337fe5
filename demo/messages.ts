import { hex, int, letters, pick, type Random } from './random.ts';
import type { JobShape } from './shapes.ts';
import { fqdn } from './vocabulary.ts';

/** The facts that a failure message may mention. */
export interface FailureContext {
  random: Random;
  /** Counted back from the newest night, which is 0. */
  night: number;
  branch: string;
  suite: string;
  sha1: string;
  shape: JobShape;
  /** Short names; commands run on the first one. */
  nodes: readonly string[];
  /** When the job started, and when it failed. */
  started: Date;
  at: Date;
}

/** Builds a failure_reason in the format of the real tools, with the names and numbers of one job. */
export type Message = (context: FailureContext) => string;

const test = '/home/ubuntu/cephtest';
const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const covered = `adjust-ulimits ceph-coverage ${test}/archive/coverage`;

/** The workload of the job, whatever it is, failed with an exit status (124: it took too long). */
export function workloadFailure(status: number): Message {
  return (context) => {
    const { workunit, test: unitTest, s3tests, bench, rados } = context.shape.work;
    const host = context.nodes[0];
    if (workunit)
      return `Command failed (workunit test ${workunit}) on ${host} with status ${status}: '${workunitCommand(context, workunit)}'`;
    if (unitTest) return testFailure(context);
    if (s3tests)
      return `Command failed (s3 tests against rgw) on ${host} with status ${status}: "source ${test}/s3-tests-client.0/.tox/py/bin/activate && S3TEST_CONF=${test}/archive/s3-tests.client.0.conf BOTO_CONFIG=${test}/boto-client.0.cfg REQUESTS_CA_BUNDLE=/etc/pki/tls/certs/ca-bundle.crt tox -- -v -m 'not fails_on_rgw and not lifecycle_expiration'"`;
    if (bench)
      return `Command failed on ${host} with status ${status}: "/bin/sh -c '${covered} rados --no-log-to-stderr --name client.0 -b 65536 --object-size 65536 -p unique_pool_${int(context.random, 0, 9)} bench 90 write'"`;
    if (rados)
      return `Command crashed: 'CEPH_CLIENT_ID=0 ${covered} ceph_test_rados --max-ops 400000 --objects 1024 --max-in-flight 64 --size 16384 --pool unique_pool_${int(context.random, 0, 9)}'`;
    return `Command failed on ${host} with status ${status}: 'sudo ${covered} timeout 120 ceph --cluster ceph osd dump --format=json'`;
  };
}

/** A unit test of a Python test runner failed. */
export const testFailure: Message = ({ shape }) => {
  const name = shape.work.test ?? 'tasks.mgr.test_crash.TestCrash.test_info';
  return `Test failure: ${name.split('.').at(-1)} (${name})`;
};

/** An exception of a task, with only its text. */
export const pythonError: Message = () => "'NoneType' object has no attribute 'get_first_standby'";

/** A package could not be installed for lack of space. */
export const diskFull: Message = ({ nodes, random, shape }) => {
  const version = `19.3.0-${int(random, 1000, 9999)}.g${hex(random, 8)}`;
  const install =
    shape.os.os_type === 'ubuntu' ? 'DEBIAN_FRONTEND=noninteractive apt-get -y --force-yes install' : 'yum -y install';
  return `Command failed on ${nodes[0]} with status ${shape.os.os_type === 'ubuntu' ? 100 : 1}: 'sudo ${install} ceph-test=${version}'`;
};

/** SELinux denied a program something that it always needs. */
export function selinux(program: string, permission: string, source: string, target: string): Message {
  return ({ nodes, random, at }) => {
    const stamp = `${Math.floor(at.getTime() / 1000)}.${int(random, 100, 999)}:${int(random, 300, 9000)}`;
    const denial =
      `type=AVC msg=audit(${stamp}): avc:  denied  { ${permission} } for  pid=${int(random, 900, 65000)} comm="${program}" ` +
      `path="/var/lib/${program}/state" dev="sda1" ino=${int(random, 50_000, 900_000)} scontext=system_u:system_r:${source}:s0 ` +
      `tcontext=unconfined_u:object_r:${target}:s0 tclass=file permissive=1`;
    return `SELinux denials found on ubuntu@${fqdn(nodes[0]!)}: ['${denial}']`;
  };
}

/** Lines of the cluster log that fail a job. */
export const healthWarning = {
  slowOps: clusterLog(
    'WRN',
    ({ random }) =>
      `Health check failed: ${int(random, 1, 40)} slow ops, oldest one blocked for ${int(random, 31, 300)} sec, daemons [osd.${int(random, 0, 3)},osd.${int(random, 4, 7)}] have slow ops. (SLOW_OPS)`,
  ),
  monDown: clusterLog(
    'WRN',
    ({ random }) => `Health check failed: 1/3 mons down, quorum ${pick(random, ['a,b', 'a,c', 'b,c'])} (MON_DOWN)`,
  ),
  poolApp: clusterLog(
    'WRN',
    () => 'Health check failed: 1 pool(s) do not have an application enabled (POOL_APP_NOT_ENABLED)',
  ),
  degraded: clusterLog('WRN', ({ random }) => {
    const [bad, all] = [int(random, 10, 9000), int(random, 9001, 40_000)];
    return `Health check failed: Degraded data redundancy: ${bad}/${all} objects degraded (${((100 * bad) / all).toFixed(3)}%), ${int(random, 1, 30)} pgs degraded (PG_DEGRADED)`;
  }),
  slowMetadata: clusterLog('WRN', () => 'Health check failed: 1 MDSs report slow metadata IOs (MDS_SLOW_METADATA_IO)'),
  failedDaemon: clusterLog(
    'WRN',
    ({ random }) => `Health check failed: ${int(random, 1, 2)} failed cephadm daemon(s) (CEPHADM_FAILED_DAEMON)`,
  ),
  oldVersion: clusterLog(
    'WRN',
    () => 'Health check failed: There are daemons running an older version of ceph (DAEMON_OLD_VERSION)',
  ),
  clockSkew: clusterLog(
    'WRN',
    ({ random }) => `Health check failed: clock skew detected on mon.${pick(random, ['b', 'c'])} (MON_CLOCK_SKEW)`,
  ),
  moduleException: clusterLog(
    'ERR',
    ({ random }) =>
      `Unhandled exception from module 'balancer' while running on mgr.${pick(random, ['x', 'y'])}: 'read_primary'`,
  ),
  readError: clusterLog('ERR', ({ random, nodes }) => {
    const group = `${int(random, 1, 8)}.${hex(random, 1)}`;
    const object = `benchmark_data_${nodes[0]}_${int(random, 10_000, 60_000)}_object${int(random, 1, 9000)}`;
    return `${group}s0 shard ${int(random, 0, 7)}(${int(random, 0, 3)}) soid ${group}:${hex(random, 8)}:::${object}:head : candidate had a read error`;
  }),
};

function clusterLog(level: 'WRN' | 'ERR', text: Message): Message {
  return (context) => {
    const { random, at } = context;
    const stamp = at.toISOString().replace('Z', `${int(random, 100, 999)}+0000`);
    return `"${stamp} mon.a (mon.0) ${int(random, 120, 9000)} : cluster [${level}] ${text(context)}" in cluster log`;
  };
}

/** Failures around the tests: machines, packages, network, processes. */
export const infra = {
  reimageTimeout: () => 'Error reimaging machines: reached maximum tries (101) after waiting for 600 seconds',
  powerFailed: ({ nodes, random }: FailureContext) =>
    `Error reimaging machines: Failed to power on ${pick(random, nodes)}`,
  wrongSystem: ({ nodes, random }: FailureContext) =>
    `Error reimaging machines: Expected ${pick(random, nodes)}'s OS to be ubuntu 22.04 but found centos 9`,
  connectionLost: ({ nodes, random }: FailureContext) =>
    `SSH connection to ${nodes.find((node) => node.endsWith('066')) ?? nodes[0]} was lost: 'sudo ${covered} daemon-helper kill ceph-osd -f --cluster ceph -i ${int(random, 0, 7)}'`,
  imagePull: ({ nodes, sha1 }: FailureContext) =>
    `Command failed on ${nodes[0]} with status 125: 'sudo podman pull quay.ceph.io/ceph-ci/ceph:${sha1}'`,
  reconnect: ({ nodes, random }: FailureContext) => `Failed to reconnect to ${pick(random, nodes)}`,
  coredumps: ({ nodes, random }: FailureContext) => `Found coredumps on ubuntu@${fqdn(pick(random, nodes))}`,
  packages: ({ shape, sha1 }: FailureContext) => {
    const { os_type, os_version } = shape.os;
    const system = `${os_type}%2F${os_version.replace('.stream', '')}%2Fx86_64`;
    return `Failed to fetch package version from https://shaman.ceph.com/api/search/?status=ready&project=ceph&flavor=default&distros=${system}&sha1=${sha1}`;
  },
  gitClone: ({ nodes, sha1 }: FailureContext) => {
    const clone = `${test}/clone.client.0`;
    return `Command failed on ${nodes[0]} with status 128: 'rm -rf ${clone} && git clone https://git.ceph.com/ceph-ci.git ${clone} && cd ${clone} && git checkout ${sha1}'`;
  },
  aptCache: ({ nodes, random }: FailureContext) =>
    ansible(random, nodes, "'attempts': 24, 'changed': False, 'msg': 'Failed to update apt cache: unknown reason'"),
  epel: ({ nodes, random }: FailureContext) =>
    ansible(
      random,
      nodes,
      `'changed': False, 'msg': "Failed to download metadata for repo 'epel': Cannot prepare internal mirrorlist: Status code: 503", 'rc': 1, 'results': []`,
    ),
  unreachable: ({ nodes, random }: FailureContext) =>
    ansible(
      random,
      nodes,
      "'changed': False, 'msg': 'Failed to connect to the host via ssh: Connection timed out', 'unreachable': True",
    ),
  valgrind: ({ random }: FailureContext) =>
    `valgrind error: Leak_${pick(random, ['DefinitelyLost', 'StillReachable'])}\noperator new[](unsigned long)\nUnknownInlinedFun\nceph::logging::Log::create_entry(int, int)`,
  crashed:
    (daemon: string, role: string): Message =>
    ({ nodes, random }) =>
      `Command crashed: 'sudo ${covered} daemon-helper kill ${daemon} -f --cluster ceph -i ${role === 'osd' ? int(random, 0, 7) : pick(random, ['a', 'b', 'c'])} --setuser ceph --log-file /tmp/${nodes[0]}.${letters(random, 6, lowercase)}.log'`,
};

function ansible(random: Random, nodes: readonly string[], result: string): string {
  return `{'${fqdn(pick(random, nodes))}': {'_ansible_no_log': False, ${result}}}`;
}

function workunitCommand({ sha1, random, shape }: FailureContext, script: string): string {
  const clone = `${test}/clone.client.0`;
  const mount = `${test}/mnt.0/client.0/tmp`;
  const folder = shape.subSuite === 'rados/standalone' ? 'standalone' : 'workunits';
  const limit = script.startsWith('cephadm/') || random() < 0.05 ? '6h' : '3h';
  return [
    `mkdir -p -- ${mount} && cd -- ${mount} && CEPH_CLI_TEST_DUP_COMMAND=1 CEPH_REF=${sha1}`,
    `TESTDIR="${test}" CEPH_ARGS="--cluster ceph" CEPH_ID="0" PATH=$PATH:/usr/sbin CEPH_BASE=${clone} CEPH_ROOT=${clone}`,
    `CEPH_MNT=${test}/mnt.0 ${covered} timeout ${limit} ${clone}/qa/${folder}/${script}`,
  ].join(' ');
}
