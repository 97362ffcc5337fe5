import { expect, test } from 'vitest';
import { aCause, aPage } from '../../../test/helpers/dashboard.ts';
import { jobsOf } from './jobs.ts';

test('jobs come with their texts, their causes and where their logs are', () => {
  const causes = [aCause('a', [1]), aCause('b', [2])];
  const [first, second] = jobsOf(
    aPage({
      causes,
      jobs: [
        { job_id: '8', status: 'fail', description: 'd', failure_reason: 'r', cause: 'b' },
        { job_id: '{run_name}', status: 'pass' },
      ],
      run: { name: 'run 1' },
      log_href_template: 'https://logs.example/{run_name}/{job_id}/log',
    }),
  );
  expect(first).toMatchObject({ index: 0, job_id: '8', description: 'd', failure_reason: 'r', signature: causes[1] });
  expect(first?.log_href).toBe('https://logs.example/run%201/8/log');
  expect(second).toMatchObject({ index: 1, description: null, failure_reason: null, signature: null });
  expect(second?.log_href).toBe('https://logs.example/run%201/%7Brun_name%7D/log');
});

test.each(['', 'javascript:alert(1)', '/logs/{job_id}'])('the template "%s" leads nowhere', (log_href_template) => {
  expect(jobsOf(aPage({ jobs: [{}], log_href_template }))[0]?.log_href).toBeNull();
});
