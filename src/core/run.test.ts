import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobStatus, jobStatuses } from './job.ts';
import { hasEnded, type JobCounts, jobsTotal, noJobs, type RunStatus, runStatus } from './run.ts';

function countsOf(statuses: JobStatus[]): JobCounts {
  const counts = noJobs();
  for (const status of statuses) counts[status]++;
  return counts;
}

test('a run ends when its last job ends, and again when the results of its jobs have changed', () => {
  const ends = (before: string, after: string) => {
    const [a, b] = [before, after].map((text) => countsOf(text.split(' ').filter(Boolean) as JobStatus[]));
    return hasEnded({ ...a!, status: runStatus(a!) }, { ...b!, status: runStatus(b!) });
  };
  for (const [before, after] of [
    ['', 'pass'],
    ['running pass', 'fail pass'],
    ['running fail', 'fail'],
    ['dead', 'fail'],
    ['pass', 'pass fail'],
  ] as const)
    expect([before, after, ends(before, after)]).toEqual([before, after, true]);
  for (const [before, after] of [
    ['running queued', 'fail queued'],
    ['fail', 'fail'],
    ['pass fail', 'pass'],
    ['pass', 'pass queued'],
    ['pass', ''],
  ] as const)
    expect([before, after, ends(before, after)]).toEqual([before, after, false]);
});

describe('runStatus', () => {
  // The ten rules and the examples of teuthology contract §3.6.
  test.each<[string, RunStatus]>([
    ['', 'empty'],
    ['queued', 'queued'],
    ['queued queued', 'queued'],
    ['waiting', 'waiting'],
    ['unknown', 'unknown'],
    ['pass pass', 'finished pass'],
    ['fail', 'finished fail'],
    ['queued pass', 'queued'],
    ['queued fail', 'finished fail'],
    ['queued dead', 'finished fail'],
    ['queued unknown', 'queued'],
    ['unknown pass', 'unknown'],
    ['unknown fail', 'finished fail'],
    ['unknown dead', 'finished fail'],
    ['pass dead', 'finished fail'],
    ['fail dead', 'finished fail'],
    ['pass fail', 'finished fail'],
    ['dead dead', 'finished dead'],
    ['running queued', 'running'],
    ['running waiting', 'running'],
    ['running pass', 'running'],
    ['running fail', 'running'],
    ['running dead', 'running'],
    ['running unknown', 'running'],
    ['waiting fail', 'waiting'],
    ['waiting dead', 'waiting'],
    ['waiting pass', 'waiting'],
    ['waiting unknown', 'waiting'],
    ['waiting queued', 'waiting'],
    ['pass unknown queued', 'queued'],
    ['pass queued fail', 'finished fail'],
    ['queued pass unknown dead', 'finished fail'],
  ])('[%s] is %s', (statuses, expected) => {
    expect(runStatus(countsOf(statuses.split(' ').filter(Boolean) as JobStatus[]))).toBe(expected);
  });

  // The rules of teuthology contract §3.6 with complete conditions. Trying the rules in order would hide two rules that apply, or none.
  const rules: [RunStatus, (has: Set<JobStatus>) => boolean][] = [
    ['empty', (has) => has.size === 0],
    ['running', (has) => has.has('running')],
    ['waiting', (has) => has.has('waiting') && !has.has('running')],
    ['finished dead', (has) => has.has('dead') && has.size === 1],
    ['finished fail', (has) => settled(has) && (has.has('fail') || (has.has('dead') && has.size > 1))],
    ['finished pass', (has) => has.has('pass') && has.size === 1],
    ['queued', (has) => settled(has) && unhurt(has) && has.has('queued')],
    ['unknown', (has) => settled(has) && unhurt(has) && !has.has('queued') && has.has('unknown')],
  ];
  const settled = (has: Set<JobStatus>) => !has.has('running') && !has.has('waiting');
  const unhurt = (has: Set<JobStatus>) => !has.has('fail') && !has.has('dead');

  test('exactly one rule applies to every combination of statuses, and it decides', () => {
    for (let bits = 0; bits < 1 << jobStatuses.length; bits++) {
      const has = new Set(jobStatuses.filter((_, index) => bits & (1 << index)));
      const holding = rules.filter(([, rule]) => rule(has)).map(([status]) => status);
      expect(holding, [...has].join()).toHaveLength(1);
      expect(runStatus(countsOf([...has])), [...has].join()).toBe(holding[0]);
    }
  });

  test('the number of jobs in a status does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...jobStatuses), { maxLength: 40 }), (statuses) => {
        expect(runStatus(countsOf(statuses))).toBe(runStatus(countsOf([...new Set(statuses)])));
      }),
    );
  });
});

test('the total includes every status', () => {
  expect(jobsTotal(noJobs())).toBe(0);
  expect(jobsTotal({ queued: 1, pass: 2, running: 4, waiting: 8, fail: 16, dead: 32, unknown: 64 })).toBe(127);
});
