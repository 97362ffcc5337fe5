import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadSignature, signatureOf } from './signature.ts';
import type { SignatureKind } from './signature-class.ts';

/** Reasons with placeholders for what varies between jobs: `{host}`, `{number}` and so on. */
const SHAPES: [reason: string, kind: SignatureKind, title: string][] = [
  ['hit max job timeout', 'timeout', 'hit max job timeout'],
  [
    'Error reimaging machines: reached maximum tries ({number}) after waiting for {number} seconds on {host}',
    'infra',
    'Error reimaging machines: reached maximum tries (<n>) after waiting for <n> seconds on <host>',
  ],
  [
    "Error reimaging machines: '{host}' is down since {time}",
    'infra',
    "Error reimaging machines: '<host>' is down since <time>",
  ],
  [
    "Command failed (workunit test rbd/cli_generic.sh) on {host} with status 1: 'mkdir -p -- {path} && TESTDIR={path} CEPH_REF={sha1} bash {path}/run.sh'",
    'command',
    'workunit test rbd/cli_generic.sh → status 1',
  ],
  [
    "Command failed (workunit test fs/snaps.sh) on {host} with status 124: 'cd -- {path}'",
    'timeout',
    'workunit test fs/snaps.sh → status 124',
  ],
  [
    "Command failed on {host} with status 22: 'sudo TESTDIR={path} adjust-ulimits ceph-coverage {path}/archive/coverage timeout 120 ceph --cluster ceph osd out {number}'",
    'command',
    'ceph osd out <n> → status 22',
  ],
  [
    "Command failed on {host} with status 5: 'sudo nsenter --net={path} CEPH_ARGS={path} daemon-helper kill ceph-osd -f --cluster ceph -i {id}'",
    'command',
    'ceph-osd -f -i <id> → status 5',
  ],
  [
    "Command crashed: 'sudo ceph-coverage {path} ceph-objectstore-tool --fsid {uuid}'",
    'crash',
    'crashed: ceph-objectstore-tool --fsid <uuid>',
  ],
  [
    '"{time} mon.a (mon.0) {id} : cluster [WRN] Health check failed: {number} osds down (OSD_DOWN)" in cluster log',
    'clusterlog',
    'cluster log [WRN] OSD_DOWN',
  ],
  [
    '"{time} osd.{id} (osd.{id}) {number} : cluster [ERR] {pg} shard {id}: soid {object} candidate had a read error" in cluster log',
    'clusterlog',
    'cluster log [ERR] <n> shard <n>: soid <object> candidate had a read error',
  ],
  [
    '"{time} osd.{id} (osd.{id}) {number} : cluster [WRN] slow request {number} seconds old" in cluster log',
    'clusterlog',
    'cluster log [WRN] slow request of an osd',
  ],
  [
    '"{time} mds.b (mds.{id}) {number} : cluster [WRN] client.{id} does not advance" in cluster log',
    'clusterlog',
    'cluster log [WRN] client.<id> does not advance',
  ],
  ['"grep: {path}: No such file" in cluster log', 'clusterlog', 'cluster log: grep: <path>: No such file'],
  [
    'Test failure: test_scrub (tasks.cephfs.test_scrub.TestScrub)',
    'test',
    'test_scrub (tasks.cephfs.test_scrub.TestScrub)',
  ],
  [
    'Test failure: test_scrub (tasks.cephfs.test_scrub.TestScrub.test_scrub)',
    'test',
    'test_scrub (tasks.cephfs.test_scrub.TestScrub)',
  ],
  [
    'test_flush (tasks.test_readahead.TestReadahead) ... FAIL',
    'test',
    'test_flush (tasks.test_readahead.TestReadahead)',
  ],
  [
    'SELinux denials found on {host}: [\'type=AVC msg=audit({epoch}): avc: denied { lock } for pid={number} comm="rpm" ino={number}\', \'type=AVC msg=audit({epoch}): avc: denied { read } comm="dnf", comm="rpm"\']',
    'selinux',
    'SELinux denial comm=dnf,rpm',
  ],
  [
    "{'{host}': {'attempts': {number}, 'msg': 'Took {number} s to fetch {path}'}}",
    'ansible',
    'ansible: Took <n> s to fetch <path>',
  ],
  [
    "{'{host}': {'changed': True, 'censored': 'the output has been hidden'}}",
    'ansible',
    'ansible: output hidden (no_log)',
  ],
  [
    'Timeout 3h running clone.client.{id}/qa/workunits/rados/test.sh',
    'timeout',
    'timeout running workunit test rados/test.sh',
  ],
  ['120 running ceph tell osd.{id} flush_pg_stats', 'timeout', 'timeout running ceph tell osd.<id> flush_pg_stats'],
  [
    'reached maximum tries (50) after waiting for 300 seconds',
    'timeout',
    'reached maximum tries (50) after waiting for 300 seconds',
  ],
  ['Fog has no cali_rhel_7.9 image. Available: {number}', 'infra', 'no image for rhel 7.9'],
  ['Failed to reconnect to {host}', 'infra', 'Failed to reconnect to <host>'],
  [
    'Failed to fetch package version from https://shaman/?status=ready&ref=reef&sha1={sha1}',
    'infra',
    'Failed to fetch package version: reef',
  ],
  ['os/BlueStore.cc: {id}: FAILED ceph_assert(r == 0)', 'crash', 'BlueStore: FAILED ceph_assert(r == 0)'],
  ['Found coredumps on {host}', 'crash', 'Found coredumps on <host>'],
  ['saw {hex} at {ip} in {uuid}, {number} of {number} times', 'other', 'saw <hex> at <ip> in <uuid>, <n> of <n> times'],
  ['', 'other', '(empty reason)'],
];

const digits = (min: number, max: number) => fc.integer({ min, max });
const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length - 1, maxLength: length - 1 })
    .map((s) => `${s}7`);
const two = (max: number) => digits(1, max).map((n) => String(n).padStart(2, '0'));

/** Returns a random value for a placeholder. */
const noise: Record<string, fc.Arbitrary<string>> = {
  host: fc
    .tuple(
      fc.constantFrom('', 'ubuntu@'),
      fc.constantFrom('smithi', 'mira', 'gibba', 'trial', 'ovh'),
      digits(0, 999).map((n) => String(n).padStart(3, '0')),
      fc.constantFrom('', '.front.sepia.ceph.com', '.lab'),
    )
    .map((parts) => parts.join('')),
  number: fc.oneof(
    digits(0, 99_999).map(String),
    fc.tuple(digits(0, 999), digits(0, 999_999)).map((p) => p.join('.')),
  ),
  id: digits(0, 99_999).map(String),
  time: fc
    .tuple(
      digits(2013, 2030),
      two(12),
      two(28),
      fc.constantFrom('T', ' '),
      two(23),
      two(59),
      two(59),
      fc.constantFrom('', '.437153', '.437153+0000'),
    )
    .map(([y, mo, d, t, h, mi, s, rest]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${rest}`),
  epoch: fc
    .tuple(digits(1_000_000_000, 1_999_999_999), digits(100, 999), digits(1, 99_999))
    .map(([s, ms, n]) => `${s}.${ms}:${n}`),
  path: fc
    .tuple(
      fc.constantFrom('/home/ubuntu/cephtest', '/tmp'),
      fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', '.', '/'), minLength: 1 }),
    )
    .map((parts) => parts.join('/')),
  uuid: fc.uuid(),
  sha1: hex(40),
  hex: hex(16).map((s) => `0x${s}`),
  ip: fc
    .tuple(digits(1, 255), digits(0, 255), digits(0, 255), digits(1, 255))
    .map((p) => p.join('.'))
    .chain((ip) => fc.constantFrom(ip, `${ip}:6789`)),
  pg: fc
    .tuple(digits(1, 300), hex(2), fc.constantFrom('', 's0'))
    .map(([pool, seed, shard]) => `${pool}.${seed}${shard}`),
  object: fc.tuple(digits(1, 99), hex(8), digits(1, 9999)).map(([pool, h, n]) => `${pool}:${h}:::obj${n}:head`),
};

/** Replaces the placeholders of a reason by random values. */
function reasonOf(shape: string): fc.Arbitrary<string> {
  const parts = shape.split(/\{(\w+)\}/);
  return fc
    .tuple(...parts.map((part, at) => (at % 2 === 0 ? fc.constant(part) : (noise[part] as fc.Arbitrary<string>))))
    .map((chosen) => chosen.join(''));
}

describe('the cause of a failure is the same for other hosts, numbers, ids, paths and times', () => {
  test.each(SHAPES)('%s', (shape, kind, title) => {
    fc.assert(
      fc.property(reasonOf(shape), reasonOf(shape), (reason, other) => {
        const signature = signatureOf(reason);
        expect(signature).toMatchObject({ kind, title });
        expect(signatureOf(other)).toEqual(signature);
      }),
    );
  });

  test('and differs for each kind, label, status, program, test and code', () => {
    const titles = SHAPES.map(([, kind, title]) => `${kind} ${title}`);
    const ids = fc
      .sample(fc.tuple(...SHAPES.map(([shape]) => reasonOf(shape))), 1)[0]
      ?.map((reason) => signatureOf(reason).id);
    expect(new Set(ids).size).toBe(new Set(titles).size);
    const distinct = [
      "Command failed (workunit test a.sh) on smithi001 with status 1: 'x'",
      "Command failed (workunit test b.sh) on smithi001 with status 1: 'x'",
      "Command failed (workunit test a.sh) on smithi001 with status 2: 'x'",
      "Command failed on smithi001 with status 1: 'sudo yum install ceph'",
      "Command failed on smithi001 with status 1: 'sudo yum install ceph-test'",
      'Test failure: test_a (tasks.b.C)',
      'Test failure: test_b (tasks.b.C)',
      '"2026-01-02T03:04:05 mon.a (mon.0) 1 : cluster [WRN] x (OSD_DOWN)" in cluster log',
      '"2026-01-02T03:04:05 mon.a (mon.0) 1 : cluster [ERR] x (OSD_DOWN)" in cluster log',
      '"2026-01-02T03:04:05 mon.a (mon.0) 1 : cluster [WRN] x (PG_DEGRADED)" in cluster log',
    ];
    expect(new Set(distinct.map((reason) => signatureOf(reason).id)).size).toBe(distinct.length);
  });
});

test.each([
  ['a logger', '2026-11-20 03:12:09,123.456 INFO:tasks.ceph:'],
  ['a level', '[2026-11-20T03:12:09.123Z] ERROR: '],
  ['a level and a logger', '2026-11-20 03:12:09,123 ERROR teuthology.run_tasks: '],
])('the cause of a failure is the same after %s', (_, before) => {
  const reason = "Command failed on smithi001 with status 22: 'sudo ceph osd pool rm foo'";
  expect(signatureOf(`${before}${reason}`)).toEqual(signatureOf(reason));
  // The name of an exception is part of the message.
  expect(signatureOf(`${before}KeyError: 'x'`)).toEqual(signatureOf("KeyError: 'x'"));
});

test.each([
  'docker exec -it ceph-11111111-2222-3333-4444-555555555555-mon-a ceph osd pool rm foo',
  'podman exec 0123456789ab ceph osd pool rm foo',
  'kubectl exec -n rook-ceph rook-ceph-tools-5d8c7b9f6-abcde -- ceph osd pool rm foo',
])('a command run through %s is named after the inner command', (command) => {
  const reason = (run: string) => signatureOf(`Command failed on smithi001 with status 22: 'sudo ${run}'`);
  expect(reason(command)).toEqual(reason('ceph osd pool rm foo'));
});

test('a line of health details has the cause of its code', () => {
  const line = (message: string) =>
    signatureOf(`"2026-01-02T03:04:05 mon.a (mon.0) 1 : cluster [WRN] ${message}" in cluster log`);
  expect(line('[WRN] OSD_DOWN: 1 osds down')).toEqual(line('Health check failed: 3 osds down (OSD_DOWN)'));
});

test('a job without a reason has a cause of its own', () => {
  expect(deadSignature('dead')).toMatchObject({ kind: 'dead', title: 'dead, no reason recorded' });
  expect(deadSignature('fail')).toMatchObject({ kind: 'dead', title: 'failed, no reason recorded' });
  expect(deadSignature('dead').id).not.toBe(deadSignature('fail').id);
});

test('the id of a cause does not change between versions', () => {
  expect(signatureOf('hit max job timeout').id).toBe('4f8fb1be');
  expect(deadSignature('dead').id).toBe('264e9a12');
});
