import { describe, expect, test } from 'vitest';
import { type JobStatus, jobStatuses } from './job.ts';
import { orderJobs } from './job-order.ts';

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
