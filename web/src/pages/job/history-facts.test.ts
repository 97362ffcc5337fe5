import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { aHistoryJob } from '../../../../test/helpers/dashboard.ts';
import { earlierThan, failedSentence, streakOf } from './history-facts.ts';

/** A history from the newest job on; the name of a run is its place. */
const historyOf = (...statuses: JobItem['status'][]) =>
  statuses.map((status, at) => aHistoryJob({ run: `run ${statuses.length - at}`, status }));

test.each([
  [['fail'], 'This description has not run before.'],
  [['fail', 'pass', 'dead'], 'Failed in 2 of the last 3 runs.'],
  [['pass', 'pass'], 'Failed in 0 of the last 2 runs.'],
] as [JobItem['status'][], string][])('%j is described as "%s"', (statuses, sentence) => {
  expect(failedSentence(historyOf(...statuses))).toBe(sentence);
});

describe('a description fails', () => {
  const since = (at: number, ...statuses: JobItem['status'][]) => {
    const history = historyOf(...statuses);
    const streak = streakOf(history[at]!, history);
    return streak && [streak.lastPass.run, streak.firstFailure.run];
  };

  test.each([
    ['since the first failure after it passed', 0, ['fail', 'dead', 'fail', 'pass', 'fail'], ['run 2', 'run 3']],
    ['since this job', 0, ['fail', 'pass'], ['run 1', 'run 2']],
    [
      'since a failure before jobs without a verdict',
      0,
      ['fail', 'running', 'fail', 'unknown', 'pass'],
      ['run 1', 'run 3'],
    ],
    ['in all known runs', 0, ['fail', 'dead', 'fail'], null],
    ['only up to the job itself', 1, ['pass', 'fail', 'pass'], ['run 1', 'run 2']],
  ] as [string, number, JobItem['status'][], string[] | null][])('%s', (_outcome, at, statuses, expected) => {
    expect(since(at, ...statuses)).toEqual(expected);
  });
});

test('the jobs before a job are identified by run and id', () => {
  const history = [
    aHistoryJob({ job_id: '2' }),
    aHistoryJob({ job_id: '1' }),
    aHistoryJob({ run: 'old', job_id: '1' }),
  ];
  expect(earlierThan(history[1]!, history)).toEqual([history[2]]);
  expect(earlierThan(aHistoryJob({ run: 'old', job_id: '1' }), history)).toEqual([]);
});
