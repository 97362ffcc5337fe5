/**
 * Logs of jobs that failed for a known reason, in the shape that teuthology writes. They know no rule of `src/core/logs`: what is planted
 * is a line that somebody found in a real log, among what other lines of such logs are like.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, ordinaryLine } from '../../demo/archive.ts';
import { createRandom, int, pick, type Random } from '../../demo/random.ts';

/** A line that names why a job failed, and what sort of failure that is. */
export interface PlantedLine {
  text: string;
  kind_guess: string;
}

/** A log that was written: the bytes of the line that names the reason, and what its job reports. */
export interface PlantedLog {
  from: number;
  to: number;
  line: PlantedLine;
  ignorelist: string[];
  failure_reason: string;
}

/** Real lines where they are (`PADDLES_DATA`), otherwise made-up ones of the same shapes. */
export function plantedLines(): PlantedLine[] {
  const folders = [process.env.PADDLES_DATA ?? '', join(import.meta.dirname, '../../test/data')];
  const file = folders.map((folder) => join(folder, 'log-lines.jsonl')).find((path) => existsSync(path))!;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((text) => JSON.parse(text));
}

/** Whether what is said of a log is what was planted: by its place, or by its text. */
export function isRight({ from, to, line }: PlantedLog, at: number | null, error: string): boolean {
  return at !== null && ((at >= from && at < to) || (error !== '' && line.text.includes(error)));
}

/** Writes a log of about `size` bytes. */
export function writeLog(path: string, seed: string, size: number, planted: PlantedLine): PlantedLog {
  const random = createRandom('log', seed);
  const host = () => `smithi${String(int(random, 1, 200)).padStart(3, '0')}`;
  const hosts = [host(), host()];
  let clock = Date.UTC(2026, 10, 20, 8) + int(random, 0, 1e7);
  const line: Line = (level, logger, text) => {
    clock += int(random, 0, 400);
    return `${new Date(clock).toISOString().slice(0, 23)} ${level}:${logger}:${text}\n`;
  };
  const world = { random, host: () => pick(random, hosts), line };
  const file = openSync(path, 'w');
  let at = 0;
  const write = (text: string) => {
    at += writeSync(file, text);
    return at;
  };
  const fill = (bytes: number, decoys: readonly Decoy[]) => {
    const end = at + bytes;
    const places = Array.from({ length: size < 20_000 ? 2 : 12 }, () => at + random() * bytes).sort((a, b) => b - a);
    while (at < end || places.length > 0) {
      let text = '';
      while (text.length < 60_000 && (at + text.length < end || places.length > 0)) {
        const isDecoy = at + text.length >= Math.min(end, places.at(-1) ?? end);
        if (isDecoy) places.pop();
        text += isDecoy ? pick(random, decoys)(world) : ordinaryLine(random, world.host(), line);
      }
      write(text);
    }
  };
  const ballast = Math.max(0, size - 1500);
  const share = 0.2 + random() * 0.75;
  fill(ballast * share, decoysBefore);
  const { before = '', text, behind = '', reason } = planting(world, planted);
  const from = write(before);
  const to = write(text);
  write(behind + ending(world, reason));
  fill(ballast * (1 - share), decoysBehind);
  closeSync(file);
  return { from, to, line: planted, ignorelist, failure_reason: reason };
}

interface World {
  random: Random;
  host(): string;
  line: Line;
}

const ignorelist = [
  '\\(MDS_ALL_DOWN\\)',
  'overall HEALTH_',
  '\\(OSD_DOWN\\)',
  'slow request',
  'Reduced data availability',
];

type Decoy = (world: World) => string;

/** What looks like a failure and is none. */
const decoysBefore: Decoy[] = [
  ({ random, host, line }) => {
    const id = int(random, 0, 7);
    const osd = `tasks.ceph.osd.${id}`;
    const stderr = `${osd}.${host()}.stderr`;
    return (
      line('INFO', 'tasks.thrashosds.thrasher', `Killing osd.${id}, live_osds are [0, 1, 2]`) +
      line('DEBUG', osd, 'waiting for process to exit') +
      line('INFO', stderr, '*** Caught signal (Terminated) **') +
      line('INFO', stderr, 'daemon-helper: command crashed with signal 15, Segmentation fault')
    );
  },
  ({ host, line }) =>
    line(
      'INFO',
      `tasks.ceph.mon.a.${host()}.stderr`,
      '2026-11-20T08:01:02 mon.a (mon.0) 77 : cluster [WRN] Health check failed: 1 osds down (OSD_DOWN)',
    ),
  ({ host, line }) =>
    line(
      'INFO',
      `journalctl@ceph.mon.a.${host()}.stdout`,
      'cluster 2026-11-20T08:01:02 mon.a (mon.0) 78 : cluster [ERR] Health check failed: mons down, filesystem is offline (MDS_ALL_DOWN)',
    ),
  ({ host, line }) => {
    const stderr = `tasks.workunit.client.0.${host()}.stderr`;
    return (
      line('INFO', stderr, '+ expect_false ceph osd pool create bad 0') +
      line('INFO', stderr, 'Error EINVAL: pg_num 0 must be a power of two') +
      line('INFO', stderr, '+ ceph osd pool ls')
    );
  },
  ({ host, line }) => {
    const [remote, name] = ['teuthology.orchestra.remote', host()];
    return (
      line('DEBUG', remote, `[Errno None] Unable to connect to port 22 on ${name}`) +
      line('INFO', 'teuthology.orchestra.connection', `[Errno 111] Connection refused on ${name}`) +
      line('INFO', remote, 'Trying to reconnect to host, retrying in 10 seconds, attempt 2')
    );
  },
  ({ host, line }) =>
    line('WARNING', 'teuthology.lock.ops', 'lock attempt failed') +
    traceback('lock/ops.py', `requests.exceptions.ConnectionError: HTTPConnectionPool(host='${host()}')`) +
    line('INFO', 'teuthology.lock.ops', 'will retry in 60 seconds'),
  ({ host, line }) =>
    line(
      'INFO',
      `tasks.ceph.mds.a.${host()}.stderr`,
      '/build/src/mds/MDLog.cc: 12: FAILED ceph_assert(0 == "mds_kill_journal_at 3 injected")',
    ),
  ({ host, line }) =>
    line(
      'INFO',
      'tasks.cephfs_test_runner',
      `test_quota (tasks.cephfs.test_quota.TestQuota) ... ok, write failed with Errno 122 (expected) on ${host()}`,
    ),
  ({ host, line }) =>
    line('INFO', `tasks.workunit.client.0.${host()}.stdout`, '[  PASSED  ] 12 tests. 0 FAILED, ERROR: none'),
];

/** What follows from a failure, or happens while the job is taken down. */
const decoysBehind: Decoy[] = [
  ({ host, line }) =>
    line('INFO', `teuthology.orchestra.run.${host()}.stderr`, 'Error ENOENT: no such pool while unmounting'),
  ({ host, line }) =>
    line(
      'INFO',
      `tasks.ceph.osd.1.${host()}.stderr`,
      '/build/src/osd/PG.cc: 99: FAILED ceph_assert(!is_shutting_down)',
    ),
  ({ line }) =>
    line('ERROR', 'teuthology.contextutil', 'Saw exception from nested tasks') +
    traceback('contextutil.py', 'ValueError: cleanup of lamps'),
  ({ host, line }) => line('INFO', `tasks.ceph.mon.a.${host()}.stderr`, 'cluster [WRN] Manager daemon is gone'),
  ({ random, host, line }) =>
    line(
      'INFO',
      'tasks.cephfs_test_runner',
      `ERROR: tearDownClass (tasks.cephfs.test_lamps.TestLamps${int(random, 0, 8)}) on ${host()}`,
    ),
];

function traceback(file: string, error: string): string {
  return `Traceback (most recent call last):\n  File "/x/teuthology/${file}", line 12, in nested\n    ask()\n${error}\n`;
}

/** The line with what stands around it, and the reason that the job reports. */
interface Planting {
  before?: string;
  text: string;
  behind?: string;
  reason: string;
}

/** The line as a log of its kind has it: alone in one of three logs, otherwise with what such a line comes with. */
function planting({ random, host, line }: World, { text, kind_guess }: PlantedLine): Planting {
  const name = host();
  const status = `Command failed on ${name} with status 1: 'sudo ceph lamps'`;
  const bare = `${text}\n`;
  if (random() < 1 / 3) return { text: bare, reason: status };
  // A line that was found with its time and its logger keeps them.
  const by = (logger: string) => (/^\d{4}-|^INFO:/.test(text) ? bare : line('INFO', logger, text));
  const remote = `teuthology.orchestra.run.${name}`;
  const lines = (logger: string, texts: string[]) => texts.map((one) => line('INFO', logger, one)).join('');
  switch (kind_guess) {
    case 'crash': {
      const logger = `tasks.ceph.osd.${int(random, 0, 7)}.${name}.stderr`;
      const trace = [' ceph version 20.1.0', ' 1: (ceph::__ceph_assert_fail()+0x12)', ' 2: (OSD::tick()+0x99)'];
      return { text: by(logger), behind: lines(logger, trace), reason: status };
    }
    case 'test': {
      if (/^\w+Error: /.test(text)) {
        const saw = line('ERROR', 'teuthology.run_tasks', 'Saw exception from tasks.');
        return { before: saw + traceback('tasks/lamps.py', '').trimEnd().concat('\n'), text: bare, reason: text };
      }
      const logger = 'tasks.cephfs_test_runner';
      const trace = ['-----', 'Traceback (most recent call last):', '  File "/x/qa/tasks/lamps.py", line 3, in test'];
      const behind = lines(logger, [...trace, 'AssertionError: 3 != 4']);
      return { text: by(logger), behind, reason: 'Test failure: something' };
    }
    case 'command': {
      const before = line('DEBUG', remote, '> sudo ceph lamps');
      const behind = line('DEBUG', 'teuthology.orchestra.run', 'got remote process result: 1');
      return { before, text: by(`${remote}.stderr`), behind, reason: status };
    }
    case 'clusterlog': {
      const logged = line('INFO', `tasks.ceph.mon.a.${name}.stderr`, text);
      return { text: logged, reason: `"${text}" in cluster log` };
    }
    default:
      return { text: by(`tasks.lamps.${name}`), reason: text.slice(0, 200) };
  }
}

function ending({ host, line }: World, reason: string): string {
  const error = reason.startsWith('Command failed')
    ? `teuthology.exceptions.CommandFailedError: ${reason}`
    : `RuntimeError: ${reason}`;
  return (
    line('ERROR', 'teuthology.run_tasks', 'Saw exception from tasks.') +
    traceback('run_tasks.py', error) +
    line('DEBUG', 'teuthology.run_tasks', 'Unwinding manager ceph') +
    line('INFO', `teuthology.orchestra.run.${host()}.stdout`, 'unmounting')
  );
}
