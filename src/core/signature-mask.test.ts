import { describe, expect, test } from 'vitest';
import { maskNoise } from './signature-mask.ts';

describe('text that does not identify a cause is masked', () => {
  test.each([
    ['fsid 9f1c2a3b-0011-2233-4455-66778899aabb', 'fsid <uuid>'],
    ['since 2026-01-02T03:04:05.678901+0000, 2026-01-02 03:04:05Z', 'since <time>, <time>'],
    ['on 2026-01-02', 'on <time>'],
    ['audit(1463234212.274:85266)', 'audit(<time>)'],
    ['on ubuntu@smithi027.front.sepia.ceph.com and MIRA9', 'on <host> and <host>'],
    ['on cali021.lab.example.com', 'on <host>'],
    ['at 10.0.0.1:6789 and 127.0.0.1', 'at <ip> and <ip>'],
    ['soid 2:8007ad8d:::benchmark_data_x:head is bad', 'soid <object> is bad'],
    ['rm /home/ubuntu/cephtest/mnt.0 "/tmp/a,b"', 'rm <path> "<path>,b"'],
    ['in /var/lib/ceph/9f1c2a3b-0011-2233-4455-66778899aabb/osd.3', 'in <path>/osd.<id>'],
    ['clone.client.0/qa/run.sh', 'qa/run.sh'],
    ['osd.12 mds.a mgr.x client.4123 unique_pool_3', 'osd.<id> mds.<id> mgr.<id> client.<id> unique_pool_<n>'],
    ['mds.fs.smithi005.lvnvyk and mon.smithi009', 'mds.<id> and mon.<id>'],
    ['pg 2.d is, pg 3.1fs0 too', 'pg <n> is, pg <n> too'],
    ['shard 3(1) of 2.1f scrub', 'shard <n> of <n> scrub'],
    ['acting [9,3, 2]', 'acting <list>'],
    ['0x203 and deadbeef1 and 12345678', '<hex> and <n> and <n>'],
    ['at [v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0], fd00:1::2f', 'at <ip>, <ip>'],
    ['ceph=17.2.5-240-g1a2b3c4d-1focal', 'ceph=<version>'],
    ['quay.io/ceph-ci/ceph:main-abc123', 'quay.io/ceph-ci/ceph:<tag>'],
    ['GET https://build.example.com/search?sha1=1', 'GET https://build.example.com/search?…'],
    ['src/teuthology_a0b1c2d3e4 of wip-ann-testing', 'src/teuthology_<sha1> of <branch>'],
    ['ann-2026-01-02_03:04:05-fs-main-default-smithi died', '<run> died'],
    ["['b', 'a'] {c, b, c}", "['a', 'b'] {b, c}"],
    ['for 3h or 20 MiB', 'for <n>h or <n> MiB'],
    ['-5 of 3.25 and 17', '<n> of <n> and <n>'],
    ['stuck for 61s, then 2.5s', 'stuck for <n>s, then <n>s'],
  ])('%s', (text, masked) => expect(maskNoise(text)).toBe(masked));
});

describe('text that may identify a cause is kept', () => {
  test.each([
    'test_rbd_v2',
    'ceph_test_cls_rbd',
    'deadbeef',
    'facade decade',
    'host is down',
    's3tests_boto3.functional.test_s3.test_put',
    'tasks.mgr.dashboard.test_rgw.RgwBucketTest',
    '[Errno 13]',
    'with status 22',
    'rc: -124',
    '502 Server Error',
    'ceph::buffer::list',
    'rocky9.6x',
    '2nd',
    'python3',
    'a.b.c',
  ])('%s', (text) => expect(maskNoise(text)).toBe(text));
});
