import { describe, expect, test } from 'vitest';
import { aCause, aPage, type SampleJob } from '../../../../test/helpers/dashboard.ts';
import { jobsOf } from '../../lib/jobs.ts';
import { groupFailures } from './groups.ts';
import { type ReportFormat, runReport } from './report.ts';

const base = 'https://paddles.example/ui';
const run = 'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi';
const failing = (cause: string, count = 1): SampleJob[] =>
  Array.from({ length: count }, () => ({ status: 'fail', cause }));

function report(format: ReportFormat, earlier = 1): string {
  const causes = [aCause('old', [1, 9].slice(-earlier - 1)), aCause('new', [0, 1].slice(-earlier - 1))];
  const jobs = [...failing('old', 9), ...failing('new'), { status: 'pass' as const }, { status: 'running' as const }];
  const page = aPage({ jobs, causes, earlier });
  return runReport(page, groupFailures(jobsOf(page), page, 'signature'), base, format);
}

describe('a report', () => {
  test('in Markdown has new causes first, each with links to its jobs', () => {
    const job = (id: number) => `[${id}](${base}/runs/${run}/jobs/${id})`;
    expect(report('Markdown')).toBe(
      [
        '**rados** on `main` (936071df): 1/12 pass, 10 fail, 0 dead, 1 not finished.',
        `[${run}](${base}/runs/${run})`,
        '',
        '**New**',
        `1. \`cause new\` (1): ${job(10)}`,
        '',
        '**Seen before**',
        `1. \`cause old\` (9): ${[1, 2, 3, 4, 5, 6, 7, 8].map(job).join(' ')} and 1 more`,
        '',
      ].join('\n'),
    );
  });

  test('in Textile uses its marks', () => {
    expect(report('Textile')).toContain(`*rados* on @main@ (936071df)`);
    expect(report('Textile')).toContain(`# @cause new@ (1): "10":${base}/runs/${run}/jobs/10`);
  });

  test('as text has no marks', () => {
    expect(report('text')).toContain(`1. cause new (1): 10 ${base}/runs/${run}/jobs/10`);
  });

  test('counts jobs that run, wait or are queued as not finished, and says nothing of it when there are none', () => {
    const text = (jobs: SampleJob[]) => runReport(aPage({ jobs }), [], base, 'text');
    expect(text([{ status: 'running' }, { status: 'waiting' }, { status: 'queued' }])).toContain('3 not finished');
    expect(text([{}])).not.toContain('not finished');
  });

  test('lists eight jobs of a cause, and counts the others', () => {
    const page = aPage({ jobs: failing('x', 8), causes: [aCause('x', [8])] });
    const text = runReport(page, groupFailures(jobsOf(page), page, 'signature'), base, 'text');
    expect(text).toContain('/jobs/8');
    expect(text).not.toContain('more');
  });

  test('of a first run calls nothing new', () => {
    expect(report('text', 0)).not.toContain('New');
    expect(report('text', 0)).toContain('\nFailures\n');
  });

  test.each<[ReportFormat, string]>([
    ['Markdown', "`a 'b' @c`"],
    ['Textile', '@a `b` (at)c@'],
    ['text', 'a `b` @c'],
  ])('in %s keeps the marks of code out of a title', (format, expected) => {
    const page = aPage({ jobs: failing('x'), causes: [{ ...aCause('x', [1]), title: 'a\n`b`  @c' }] });
    expect(runReport(page, groupFailures(jobsOf(page), page, 'signature'), base, format)).toContain(expected);
  });
});
