/**
 * Logs of jobs that failed for a known reason, in the shape that teuthology writes. They know no rule of `src/core/logs`: what is planted
 * is a line that somebody found in a real log, among what other lines of such logs are like.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** A line that names why a job failed, and what sort of failure that is. */
export interface PlantedLine {
  text: string;
  cause: string;
  kind_guess: string;
}

/** A log that was written: the bytes of the line that names the reason, and what the job had to ignore. */
export interface PlantedLog {
  from: number;
  to: number;
  ignorelist: string[];
  failure_reason: string;
}

type Random = () => number;

/** Numbers from 0 to 1 from a seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <One>(random: Random, all: readonly One[]): One => all[Math.floor(random() * all.length)] as One;
const below = (random: Random, end: number) => Math.floor(random() * end);

/** Writes a log of about `size` bytes. */
export function writeLog(
  path: string,
  { seed, size, line }: { seed: number; size: number; line: PlantedLine },
): PlantedLog {
  const random = randomFrom(seed);
  const file = openSync(path, 'w');
  let at = 0;
  let clock = Date.UTC(2026, 10, 20, 8) + below(random, 1e7);
  const host = () => `smithi${String(1 + below(random, 200)).padStart(3, '0')}`;
  const hosts = [host(), host()];
  const stamp = () => {
    clock += below(random, 400);
    return `${new Date(clock).toISOString().slice(0, 23)} `;
  };
  const world: World = { random, hosts, stamp };
  const write = (text: string) => {
    const bytes = Buffer.from(text);
    writeSync(file, bytes);
    at += bytes.length;
  };
  const ballast = Math.max(0, size - 1500);
  const share = 0.2 + random() * 0.75;
  const fill = (bytes: number, decoys: readonly Decoy[], count: number) => {
    const end = at + bytes;
    const places = Array.from({ length: count }, () => at + random() * bytes).sort((a, b) => a - b);
    while (at < end) {
      let text = '';
      while (text.length < 60_000 && at + text.length < end) {
        if (places.length > 0 && (places[0] as number) <= at + text.length) {
          places.shift();
          text += pick(random, decoys)(world);
        } else text += ordinary(world);
      }
      write(text);
    }
    for (const _ of places) write(pick(random, decoys)(world));
  };
  const many = size < 20_000 ? 2 : 12;
  fill(ballast * share, decoysBefore, many);
  const { before, planted, behind, reason } = planting(world, line);
  write(before);
  const from = at;
  write(planted);
  const to = at;
  write(behind);
  write(ending(world, reason));
  fill(ballast * (1 - share), decoysBehind, many);
  closeSync(file);
  return { from, to, ignorelist, failure_reason: reason };
}

interface World {
  random: Random;
  hosts: string[];
  stamp: () => string;
}

type Decoy = (world: World) => string;

const ignorelist = [
  '\\(MDS_ALL_DOWN\\)',
  'overall HEALTH_',
  '\\(OSD_DOWN\\)',
  'slow request',
  'Reduced data availability',
];

function ordinary({ random, hosts, stamp }: World): string {
  const host = pick(random, hosts);
  const n = below(random, 100_000);
  switch (below(random, 9)) {
    case 0:
      return `${stamp()}DEBUG:teuthology.orchestra.run.${host}:> sudo adjust-ulimits ceph-coverage /home/ubuntu/cephtest/archive/coverage timeout 120 ceph --cluster ceph osd dump --format=json\n`;
    case 1:
      return `${stamp()}INFO:teuthology.orchestra.run.${host}.stdout:{"epoch":${n},"fsid":"1b0a","flags":"sortbitwise,recovery_deletes","error_count":0}\n`;
    case 2:
      return `${stamp()}INFO:tasks.ceph.osd.${n % 8}.${host}.stderr:${stamp().trim()} 7f${n.toString(16)} -1 osd.${n % 8} ${n} log_to_monitors true\n`;
    case 3:
      return `${stamp()}INFO:tasks.rados.rados.0.${host}.stdout:${n}:  writing ${host}${n}-12 from 0 to 425984 tid 1\n`;
    case 4:
      return `${stamp()}INFO:teuthology.orchestra.run.${host}.stderr:dumped all\n`;
    case 5:
      return `${stamp()}INFO:journalctl@ceph.mon.a.${host}.stdout:Nov 20 08:00:01 ${host} ceph-mon[${n}]: pgmap v${n}: 33 pgs: 33 active+clean; 577 KiB data, 0 failed\n`;
    case 6:
      return `${stamp()}DEBUG:teuthology.orchestra.run.${host}:> sudo egrep -v '\\(MDS_ALL_DOWN\\)|\\(OSD_DOWN\\)|slow request' /var/log/ceph/ceph.log | egrep '\\[ERR\\]|\\[WRN\\]|\\[SEC\\]' | head -n 1\n`;
    case 7:
      return `${stamp()}INFO:tasks.workunit.client.0.${host}.stderr:+ ceph osd pool create pool${n} 8 8\n`;
    default:
      return `${stamp()}INFO:tasks.workunit.client.0.${host}.stdout:[       OK ] LibRadosMisc.Test${n} (${n % 900} ms)\n`;
  }
}

/** What looks like a failure and is none. */
const decoysBefore: Decoy[] = [
  ({ random, hosts, stamp }) => {
    const [id, host] = [below(random, 8), pick(random, hosts)];
    return (
      `${stamp()}INFO:tasks.thrashosds.thrasher:Killing osd.${id}, live_osds are [0, 1, 2]\n` +
      `${stamp()}DEBUG:tasks.ceph.osd.${id}:waiting for process to exit\n` +
      `${stamp()}INFO:tasks.ceph.osd.${id}.${host}.stderr:*** Caught signal (Terminated) **\n` +
      `${stamp()}INFO:tasks.ceph.osd.${id}.${host}.stderr:daemon-helper: command crashed with signal 15, Segmentation fault\n`
    );
  },
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.ceph.mon.a.${pick(random, hosts)}.stderr:2026-11-20T08:01:02 mon.a (mon.0) ${below(random, 9999)} : cluster [WRN] Health check failed: 1 osds down (OSD_DOWN)\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:journalctl@ceph.mon.a.${pick(random, hosts)}.stdout:cluster 2026-11-20T08:01:02 mon.a (mon.0) ${below(random, 9999)} : cluster [ERR] Health check failed: mons down, filesystem is offline (MDS_ALL_DOWN)\n`,
  ({ random, hosts, stamp }) => {
    const logger = `INFO:tasks.workunit.client.0.${pick(random, hosts)}.stderr:`;
    return `${stamp()}${logger}+ expect_false ceph osd pool create bad 0\n${stamp()}${logger}Error EINVAL: pg_num 0 must be a power of two\n${stamp()}${logger}+ ceph osd pool ls\n`;
  },
  ({ random, hosts, stamp }) => {
    const host = pick(random, hosts);
    return (
      `${stamp()}DEBUG:teuthology.orchestra.remote:[Errno None] Unable to connect to port 22 on ${host}\n` +
      `${stamp()}INFO:teuthology.orchestra.connection:[Errno 111] Connection refused on ${host}\n` +
      `${stamp()}INFO:teuthology.orchestra.remote:Trying to reconnect to host, retrying in 10 seconds, attempt 2\n`
    );
  },
  ({ hosts, random, stamp }) =>
    `${stamp()}WARNING:teuthology.lock.ops:lock attempt failed\nTraceback (most recent call last):\n  File "/x/teuthology/lock/ops.py", line 12, in lock\n    ask()\nrequests.exceptions.ConnectionError: HTTPConnectionPool(host='${pick(random, hosts)}')\n${stamp()}INFO:teuthology.lock.ops:will retry in 60 seconds\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.ceph.mds.a.${pick(random, hosts)}.stderr:/build/src/mds/MDLog.cc: 12: FAILED ceph_assert(0 == "mds_kill_journal_at 3 injected")\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.cephfs_test_runner:test_quota (tasks.cephfs.test_quota.TestQuota) ... ok, write failed with Errno 122 (expected) on ${pick(random, hosts)}\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.workunit.client.0.${pick(random, hosts)}.stdout:[  PASSED  ] 12 tests. 0 FAILED, ERROR: none\n`,
];

/** What follows from a failure, or happens while the job is taken down. */
const decoysBehind: Decoy[] = [
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:teuthology.orchestra.run.${pick(random, hosts)}.stderr:Error ENOENT: no such pool while unmounting\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.ceph.osd.1.${pick(random, hosts)}.stderr:/build/src/osd/PG.cc: 99: FAILED ceph_assert(!is_shutting_down)\n`,
  ({ random, stamp }) =>
    `${stamp()}ERROR:teuthology.contextutil:Saw exception from nested tasks\nTraceback (most recent call last):\n  File "/x/teuthology/contextutil.py", line ${below(random, 99)}, in nested\nValueError: cleanup of lamps\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.ceph.mon.a.${pick(random, hosts)}.stderr:cluster [WRN] Manager daemon is gone\n`,
  ({ random, hosts, stamp }) =>
    `${stamp()}INFO:tasks.cephfs_test_runner:ERROR: tearDownClass (tasks.cephfs.test_lamps.TestLamps${below(random, 9)}) on ${pick(random, hosts)}\n`,
];

interface Planting {
  before: string;
  planted: string;
  behind: string;
  reason: string;
}

/** The line as a log of its kind has it: alone in one of three logs, otherwise with what such a line comes with. */
function planting({ random, hosts, stamp }: World, { text, kind_guess }: PlantedLine): Planting {
  const host = pick(random, hosts);
  const isStamped = /^\d{4}-|^INFO:/.test(text);
  const prefixed = (logger: string) => (isStamped ? text : `${stamp()}INFO:${logger}:${text}`);
  const status = `Command failed on ${host} with status 1: 'sudo ceph lamps'`;
  const bare = { before: '', planted: `${text}\n`, behind: '', reason: status };
  if (random() < 1 / 3) return bare;
  if (kind_guess === 'crash') {
    const logger = `tasks.ceph.osd.${below(random, 8)}.${host}.stderr`;
    const trace = [
      ' ceph version 20.1.0',
      ' 1: (ceph::__ceph_assert_fail()+0x12)',
      ' 2: (OSD::tick()+0x99)',
      ' NOTE: a copy of the executable',
    ];
    return {
      ...bare,
      planted: `${prefixed(logger)}\n`,
      behind: trace.map((one) => `${stamp()}INFO:${logger}:${one}\n`).join(''),
    };
  }
  if (kind_guess === 'test') {
    const logger = 'tasks.cephfs_test_runner';
    const behind = [
      '-----',
      'Traceback (most recent call last):',
      '  File "/x/qa/tasks/lamps.py", line 3, in test',
      'AssertionError: 3 != 4',
    ];
    if (/^\w+Error: /.test(text)) {
      const before = `${stamp()}ERROR:teuthology.run_tasks:Saw exception from tasks.\nTraceback (most recent call last):\n  File "/x/qa/tasks/lamps.py", line 3, in task\n`;
      return { before, planted: `${text}\n`, behind: '', reason: text };
    }
    return {
      ...bare,
      planted: `${prefixed(logger)}\n`,
      behind: behind.map((one) => `${stamp()}INFO:${logger}:${one}\n`).join(''),
      reason: `Test failure: something`,
    };
  }
  if (kind_guess === 'command')
    return {
      ...bare,
      before: `${stamp()}DEBUG:teuthology.orchestra.run.${host}:> sudo ceph lamps\n`,
      planted: `${prefixed(`teuthology.orchestra.run.${host}.stderr`)}\n`,
      behind: `${stamp()}DEBUG:teuthology.orchestra.run:got remote process result: 1\n`,
    };
  if (kind_guess === 'clusterlog')
    return {
      ...bare,
      planted: `${stamp()}INFO:tasks.ceph.mon.a.${host}.stderr:${text}\n`,
      reason: `"${text}" in cluster log`,
    };
  return { ...bare, planted: `${prefixed(`tasks.lamps.${host}`)}\n`, reason: text.slice(0, 200) };
}

function ending({ random, hosts, stamp }: World, reason: string): string {
  const host = pick(random, hosts);
  const error = reason.startsWith('Command failed')
    ? `teuthology.exceptions.CommandFailedError: ${reason}`
    : `RuntimeError: ${reason}`;
  return (
    `${stamp()}ERROR:teuthology.run_tasks:Saw exception from tasks.\nTraceback (most recent call last):\n  File "/x/teuthology/run_tasks.py", line 105, in run_tasks\n` +
    `    manager = run_one_task(taskname)\n${error}\n${stamp()}DEBUG:teuthology.run_tasks:Unwinding manager ceph\n` +
    `${stamp()}INFO:teuthology.orchestra.run.${host}.stdout:unmounting\n`
  );
}
