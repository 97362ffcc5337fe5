/** The files that the jobs of the demo leave in an archive: a log, and test cases if the job ran any. */
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, hex, int, pick, type Random } from './random.ts';
import type { PlannedJob, PlannedRun } from './runs.ts';

/** The size of the log that is large on purpose. */
const bigBytes = 200 << 20;
/** The average size of an ordinary line. */
const bytesOfLine = 97;
/** The number of ordinary lines between the beginning and the end of a log, and the number of all lines. */
const ordinaryLines = 150;
const linesOfLog = ordinaryLines + 20;

/** Writes the files of a failed job unless they exist. `isBig` makes its log 200 MB large. */
export function writeFiles(folder: string, { name }: Pick<PlannedRun, 'name'>, job: PlannedJob, isBig: boolean): void {
  if ((job.outcome !== 'fail' && job.outcome !== 'dead') || job.times === null) return;
  const place = join(folder, name, job.job_id);
  if (existsSync(join(place, 'teuthology.log'))) return;
  mkdirSync(place, { recursive: true });
  const reason = String(job.summary.failure_reason ?? '');
  const log = createLog(job, reason, job.times, isBig ? bigBytes / bytesOfLine : linesOfLog);
  const file = openSync(join(place, 'teuthology.log'), 'w');
  try {
    writeSync(file, log.begin());
    for (let written = 0; isBig && written < bigBytes; ) written += writeSync(file, log.ordinary(8000));
    writeSync(file, log.ordinary(ordinaryLines) + log.failure() + log.end());
  } finally {
    closeSync(file);
  }
  const test = /^Test failure: (\S+) \(([^)]+)\)/.exec(reason);
  if (test) writeFileSync(join(place, 'results.xml'), junitOf(job.job_id, test[1] as string, test[2] as string));
}

/** Error messages of failed commands. The same cause always has the same message. */
const errors = [
  'src/osd/PrimaryLogPG.cc: 9042: FAILED ceph_assert(is_active_or_peered())',
  "Error EINVAL: pool 'unique_pool_0' does not allow this operation",
  'src/mon/MonitorDBStore.h: 354: FAILED ceph_assert(0 == "failed to write to db")',
  'mount error 110 = Connection timed out',
  '*** Caught signal (Segmentation fault) **',
  'Error ENOENT: error obtaining device: (2) No such file or directory',
];

function errorOf(cause: string, reason: string): string {
  if (/git clone/.test(reason))
    return "fatal: unable to access 'https://git.ceph.com/ceph-ci.git/': Could not resolve host";
  if (/apt-get|dnf|yum/.test(reason)) return 'E: Unable to fetch some archives, maybe run apt-get update';
  const sum = [...cause].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 65_521, 7);
  return errors[sum % errors.length] as string;
}

/** The parts of a log with this many lines, in order. Its times are those of the job. */
function createLog(
  job: PlannedJob,
  reason: string,
  { started, ended }: NonNullable<PlannedJob['times']>,
  lines: number,
) {
  const random = createRandom('log', job.job_id);
  const pace = (ended.getTime() - started.getTime()) / lines;
  let clock = started.getTime();
  const host = pick(random, job.nodes.length > 0 ? job.nodes : ['smithi001']);
  const line = (level: string, logger: string, text: string) => {
    clock = Math.min(clock + random() * 2 * pace, ended.getTime());
    return `${new Date(clock).toISOString().slice(0, -1)} ${level}:${logger}:${text}\n`;
  };
  const task = (name: string) => line('INFO', 'teuthology.run_tasks', `Running task ${name}...`);
  const remote = `teuthology.orchestra.run.${host}`;
  return {
    begin: () =>
      task('internal.check_packages') +
      line('INFO', 'teuthology.task.internal', 'Checking packages...') +
      task('install') +
      line('DEBUG', remote, '> sudo apt-get update') +
      line('INFO', `${remote}.stdout`, 'Reading package lists...') +
      task('ceph') +
      line('INFO', 'tasks.ceph', 'Creating extra log directories...') +
      line('INFO', `tasks.ceph.osd.0.${host}.stderr`, 'starting osd.0 osd_data /var/lib/ceph/osd/ceph-0') +
      task('workunit'),
    ordinary: (lines: number) => Array.from({ length: lines }, () => ordinaryLine(random, host, line)).join(''),
    failure: () => failureLines(job, reason, host, line),
    // The log of a job without a failure reason just ends, because its machine or its worker was gone.
    end: () =>
      reason === ''
        ? ''
        : line('ERROR', 'teuthology.run_tasks', 'Saw exception from tasks.') +
          'Traceback (most recent call last):\n  File "/home/teuthworker/src/teuthology/run_tasks.py", line 105, in run_tasks\n    manager = run_one_task(taskname, ctx=ctx, config=config)\n' +
          `teuthology.exceptions.${reason.startsWith('Command') ? 'CommandFailedError' : 'TestError'}: ${reason.slice(0, 500)}\n` +
          line('DEBUG', 'teuthology.run_tasks', 'Unwinding manager ceph') +
          line('INFO', `${remote}.stderr`, 'Error ENOENT: while unmounting') +
          line('INFO', 'teuthology.run', 'fail'),
  };
}

/** Formats one line of a log with the current time of its clock. */
export type Line = (level: string, logger: string, text: string) => string;

/** A line of a job that has no problem, even if its words may suggest one. */
export function ordinaryLine(random: Random, host: string, line: Line): string {
  const number = int(random, 0, 99_999);
  const remote = `teuthology.orchestra.run.${host}`;
  const workunit = `tasks.workunit.client.0.${host}`;
  const lines: [level: string, logger: string, text: string][] = [
    ['DEBUG', remote, '> sudo ceph --cluster ceph osd dump --format=json'],
    ['INFO', `${remote}.stdout`, `{"epoch":${number},"fsid":"${hex(random, 8)}","error_count":0}`],
    ['INFO', `tasks.ceph.osd.${number % 6}.${host}.stderr`, `osd.${number % 6} ${number} log_to_monitors true`],
    ['WARNING', 'tasks.ceph_manager', `waiting for clean, ${number % 90} seconds so far`],
    [
      'INFO',
      `journalctl@ceph.mon.a.${host}.stdout`,
      `pgmap v${number}: 33 pgs: 33 active+clean; 577 KiB data, 0 failed`,
    ],
    [
      'DEBUG',
      remote,
      "> sudo egrep '\\[ERR\\]|\\[WRN\\]' /var/log/ceph/ceph.log | egrep -v '\\(OSD_DOWN\\)|slow request'",
    ],
    ['INFO', `${workunit}.stderr`, `+ ceph osd pool create pool-${number} 8 8`],
    ['INFO', `${workunit}.stdout`, `pool-${number} created`],
    ['INFO', `${workunit}.stdout`, `[       OK ] LibRadosMisc.Test${number} (${number % 900} ms)`],
  ];
  return line(...pick(random, lines));
}

function failureLines(job: PlannedJob, reason: string, host: string, line: Line): string {
  const test = /^Test failure: (\S+) \(([^)]+)\)/.exec(reason);
  if (test) {
    const runner = 'tasks.cephfs_test_runner';
    return [`FAIL: ${test[1]} (${test[2]})`, '-'.repeat(60), 'AssertionError: 3 != 4']
      .map((text) => line('INFO', runner, text))
      .join('');
  }
  if (!/^Command (?:failed|crashed)/.test(reason))
    return reason === '' ? '' : line('ERROR', 'teuthology.task', reason.slice(0, 500));
  return (
    line('INFO', `teuthology.orchestra.run.${host}.stderr`, errorOf(job.cause ?? '', reason)) +
    line('DEBUG', 'teuthology.orchestra.run', 'got remote process result: 1') +
    line('ERROR', 'teuthology.orchestra.run', reason.slice(0, 500))
  );
}

/** Further test cases that may fail after the one that the job names. */
const laterCases = [
  ['test_unmount_after_failure', 'AssertionError: the mount is still busy'],
  ['test_second_client', 'TimeoutError: no answer of client.1'],
] as const;

/** The test cases of a job whose test failed: about forty, of which this one failed and, in most jobs, one or two more. */
function junitOf(jobId: string, name: string, place: string): string {
  const random = createRandom('junit', jobId);
  const suite = place.endsWith(`.${name}`) ? place.slice(0, -name.length - 1) : place;
  const cases = Array.from({ length: int(random, 20, 60) }, (_, at) => {
    const seconds = int(random, 1, 200) / 100;
    return `<testcase classname="${suite}" name="test_step_${at}" time="${seconds}"/>`;
  });
  for (const [failed, message] of [[name, 'AssertionError: 3 != 4'], ...laterCases.slice(0, int(random, 0, 2))])
    cases.push(`<testcase classname="${suite}" name="${failed}" time="3.2"><failure message="${message}"/></testcase>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="${suite}">\n${cases.join('\n')}\n</testsuite></testsuites>\n`;
}
