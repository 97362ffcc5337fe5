import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJobStatus, type JobStatus, jobStatuses, jobSuccess, nextStatus, orderJobs } from './job.ts';

type Body = { status?: JobStatus; success?: boolean | null };

const running: Body = { status: 'running' };
const passed: Body = { success: true };
const failed: Body = { success: false };

/** The status after the given bodies, of which the first creates the job. */
function after(bodies: Body[]): JobStatus | null {
  return bodies.reduce<JobStatus | null>(nextStatus, null);
}

describe('nextStatus', () => {
  // The examples of teuthology contract §3.3.
  test.each<[Body[], JobStatus]>([
    [[{}], 'unknown'],
    [[running, passed], 'pass'],
    [[running, passed, { status: 'dead' }], 'pass'],
    [[running, passed, running], 'pass'],
    [[running, passed, { status: 'fail' }], 'pass'],
    [[running, passed, { status: 'dead' }, failed], 'fail'],
    [[running, failed, { success: null }], 'unknown'],
    [[{ status: 'dead', success: false }], 'dead'],
    [[{ status: 'pass', success: false }], 'pass'],
    [[running, { status: 'dead' }, passed], 'pass'],
    [[{ status: 'dead' }, running], 'running'],
    [[{ status: 'dead' }, { status: 'queued' }], 'queued'],
    // More cases: a repeated and a reversed verdict; a status together with success wins on a job without a verdict.
    [[running, failed, passed], 'pass'],
    [[passed], 'pass'],
    [[failed], 'fail'],
    [[{ success: null }], 'unknown'],
    [[running, { success: null }], 'running'],
    [[running, {}], 'running'],
    [[running, { status: 'waiting', success: true }], 'waiting'],
    [[passed, { status: 'dead', success: false }], 'pass'],
    [[{}, running], 'running'],
    [[{ status: 'queued' }, { status: 'waiting' }, running, { status: 'unknown' }], 'unknown'],
  ])('%j ends as %s', (bodies, status) => {
    expect(after(bodies)).toBe(status);
  });

  const statuses = fc.constantFrom(...jobStatuses);

  test('any status except a verdict is replaced by the reported one', () => {
    fc.assert(
      fc.property(statuses, statuses, fc.option(fc.boolean()), (current, status, success) => {
        const verdict = current === 'pass' || current === 'fail';
        expect(nextStatus(current, { status, success })).toBe(verdict ? current : status);
      }),
    );
  });

  test('success without a status sets the verdict', () => {
    fc.assert(
      fc.property(fc.option(statuses), fc.boolean(), (current, success) => {
        expect(nextStatus(current, { success })).toBe(success ? 'pass' : 'fail');
      }),
    );
  });

  test('a body without status and success changes nothing', () => {
    fc.assert(fc.property(statuses, (current) => nextStatus(current, {}) === current));
  });
});

test('only pass and fail are verdicts', () => {
  const told = Object.fromEntries(jobStatuses.map((status) => [status, jobSuccess(status)]));
  expect(told).toEqual({
    queued: null,
    pass: true,
    running: null,
    waiting: null,
    fail: false,
    dead: null,
    unknown: null,
  });
});

test.each([...jobStatuses])('%s is a status', (status) => {
  expect(isJobStatus(status)).toBe(true);
});

test.each([null, undefined, '', 'Pass', 'finished pass', 1, true, ['pass'], {}, 'toString'])(
  '%j is no status',
  (value) => {
    expect(isJobStatus(value)).toBe(false);
  },
);

describe('jobs are ordered', () => {
  const ordered = (jobs: [string, JobStatus][]) =>
    orderJobs(jobs.map(([job_id, status]) => ({ job_id, status }))).map(({ job_id }) => job_id);

  test('with failed jobs first and passed jobs last', () => {
    const jobs = jobStatuses.map((status, at): [string, JobStatus] => [`${at} ${status}`, status]);
    expect(ordered(jobs).map((id) => id.slice(2))).toEqual([
      'fail',
      'dead',
      'running',
      'waiting',
      'queued',
      'unknown',
      'pass',
    ]);
  });

  test('by id as a number, and then by ids that are not numbers', () => {
    expect(ordered(['b', '10', '9', 'a', '010', '1x'].map((id) => [id, 'fail']))).toEqual([
      '9',
      '010',
      '10',
      '1x',
      'a',
      'b',
    ]);
  });

  test('without a difference between failed and dead jobs', () => {
    expect(
      ordered([
        ['3', 'fail'],
        ['2', 'dead'],
        ['1', 'fail'],
      ]),
    ).toEqual(['1', '2', '3']);
  });
});
