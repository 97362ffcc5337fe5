import { describe, expect, test } from 'vitest';
import { deadSignature, signatureOf } from './signature.ts';
import type { CauseClass } from './signature-class.ts';

describe('the class of a cause', () => {
  test.each<[CauseClass, string]>([
    ['product', 'src/os/LampStore.cc: 12: FAILED ceph_assert(lit)'],
    ['product', 'Found coredumps on smithi001'],
    ['product', "Command crashed: 'sudo apt-get update'"],
    ['product', "Command failed (workunit test rbd/lamps.sh) on smithi001 with status 1: 'No route to host'"],
    ['product', "Command failed (s3 tests against rgw) on smithi001 with status 1: 'tox'"],
    ['product', 'Test failure: test_ssh_connection_lost (tasks.lamps.TestSsh)'],
    [
      'product',
      '"2026-01-02T03:04:05.678901+0000 mon.a (mon.0) 1 : cluster [WRN] yum repository down (LAMP_REPO)" in cluster log',
    ],
    [
      'product',
      "'2026-01-02T03:04:05.678901+00:00 smithi043 kernel: [  1.2] INFO: possible recursive locking' in syslog",
    ],
    ['product', 'ERROR: AddressSanitizer: heap-use-after-free on address 0x602'],
    ['infra', "Error reimaging machines: 'NoneType' object has no attribute 'get'"],
    ['infra', "SSH connection to smithi001 was lost: 'sudo ceph osd dump'"],
    ['infra', 'Could not reconnect to ubuntu@smithi001.front.sepia.ceph.com'],
    ['infra', 'smithi001.front.sepia.ceph.com did not come up'],
    ['infra', "{'smithi001': {'msg': 'Failed to connect to the host via ssh', 'unreachable': True}}"],
    ['infra', "{'smithi001': {'msg': 'Failed to update apt cache: unknown reason'}}"],
    ['infra', 'Exception during machine locking: timed out'],
    ['infra', "'update lock smithi133' reached maximum tries (10) after waiting for 31 seconds"],
    ['infra', 'Stale jobs detected, aborting.'],
    ['infra', '502 Server Error: Bad Gateway for url: https://shaman.ceph.com/api/search/?sha1=1'],
    ['infra', "HTTPSConnectionPool(host='quay.io', port=443): Max retries exceeded with url: /v2"],
    ['infra', "Command failed on smithi001 with status 100: 'sudo apt-get -y install lamps'"],
    ['infra', "Command failed on smithi001 with status 128: 'rm -rf x && git clone https://git.example.com/lamps x'"],
    ['support', 'hit max job timeout'],
    ['support', '[Errno 113] No route to host'],
    ['support', "Command failed on smithi001 with status 1: 'sudo podman pull quay.io/ceph/ceph:v1'"],
    ['unclear', 'osd.3 did not come up'],
    ['unclear', '500 Server Error: Internal Server Error for url: https://172.21.15.40:8443/api/osd'],
    ['unclear', "HTTPSConnectionPool(host='smithi012', port=8443): Max retries exceeded with url: /api/auth"],
    ['unclear', "Command failed on smithi001 with status 1: 'openstack project create'"],
    ['unclear', "'wait for node-exporter' reached maximum tries (10) after waiting for 31 seconds"],
    ['unclear', '[Errno 116] Stale file handle'],
    ['unclear', "'NoneType' object has no attribute 'get'"],
  ])('is %s: %s', (expected, reason) => expect(signatureOf(reason).class).toBe(expected));

  test('of a dead job without a reason needs support', () => {
    expect(deadSignature('dead').class).toBe('support');
  });
});

test.each([
  ['the inner command', "sudo bash -c 'cd /x && FOO=1 timeout 5m ceph osd out 3'", 'ceph osd out <n> → status 1'],
  [
    'the command in a container',
    'sudo /home/ubuntu/cephtest/cephadm --image a.io/b/c:1 shell -c /etc/x --fsid 9 -- ceph orch ls',
    'ceph orch ls → status 1',
  ],
  [
    'a script of the test suites',
    '/home/ubuntu/cephtest/clone.client.0/qa/workunits/a/b.sh --fast',
    'workunit test a/b.sh --fast → status 1',
  ],
])('a command is named by %s', (_, command, title) => {
  expect(signatureOf(`Command failed on smithi001 with status 1: "${command}"`).title).toBe(title);
});

test('two long commands with the same beginning are two causes', () => {
  const [one, other] = ['a', 'b'].map((end) =>
    signatureOf(`Command failed with status 1: 'echo ${'word '.repeat(60)}${end}'`),
  );
  expect(one?.title.slice(0, 90)).toBe(other?.title.slice(0, 90));
  expect(one?.id).not.toBe(other?.id);
});

test('the title of a traceback is its last line, with its place when any program can have such a message', () => {
  const trace = (message: string) =>
    `Traceback (most recent call last):\n  File "/x/teuthology/run.py", line 1, in run\n  File "/y/qa/tasks/lamps.py", line 2, in light\n${message}`;
  expect(signatureOf(trace('ValueError: no lamp 3')).title).toBe('ValueError: no lamp <n>');
  expect(signatureOf(trace("KeyError: 'lamp'")).title).toBe("KeyError: 'lamp' in lamps.py:light");
});
