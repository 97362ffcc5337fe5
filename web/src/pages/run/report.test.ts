import { describe, expect, test } from 'vitest';
import { aCause, aPage, aVerdict, type SampleJob } from '../../../../test/helpers/dashboard.ts';
import { jobsOf } from '../../lib/jobs.ts';
import { type ReportFormat, runReport } from './report.ts';

const base = 'https://paddles.example/ui';
const run = 'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi';
const failing = (cause: string, count = 1): SampleJob[] =>
  Array.from({ length: count }, () => ({ status: 'fail', cause }));

function report(format: ReportFormat): string {
  const causes = [aCause('old', [9]), aCause('new', [1]), aCause('lab', [1])];
  const verdicts = [aVerdict('old'), aVerdict('new', { verdict: 'NEW' }), aVerdict('lab', { verdict: 'INFRA' })];
  const jobs = [...failing('old', 9), ...failing('new'), ...failing('lab')];
  const page = aPage({ jobs: [...jobs, { status: 'pass' }, { status: 'running' }], causes, verdicts });
  return runReport(page, jobsOf(page), base, format);
}

describe('a report', () => {
  test('in Markdown has a section for each band, and what is said of each cause', () => {
    const job = (id: number) => `[${id}](${base}/runs/${run}/jobs/${id})`;
    expect(report('Markdown')).toBe(
      [
        '**rados** on `main` (936071df): 1/13 pass, 11 fail, 0 dead, 1 not finished.',
        `[${run}](${base}/runs/${run})`,
        '3 causes in 11 jobs: 1 new, 1 infra, 1 known. No earlier run of rados on main within 60 days to compare with.',
        '',
        '**Look here**',
        `1. \`cause new\` (1): What is said of new. ${job(10)}`,
        '',
        '**Known or flaky**',
        `1. \`cause old\` (9): What is said of old. ${[1, 2, 3].map(job).join(' ')} and 6 more`,
        '',
        '**Infra**',
        `1. \`cause lab\` (1): What is said of lab. ${job(11)}`,
        '',
      ].join('\n'),
    );
  });

  test('leads to pages that compare with the branch that was chosen', () => {
    const page = aPage({ jobs: failing('x'), causes: [aCause('x', [1])], verdicts: [aVerdict('x')] });
    const baseline = { ...page.baseline, base: 'squid', chosen: true };
    const text = runReport({ ...page, baseline }, jobsOf(page), base, 'text');
    expect(text).toContain(`${base}/runs/${run}?base=squid`);
    expect(text).toContain(`${base}/runs/${run}/jobs/1?base=squid`);
  });

  test('in Textile uses its marks', () => {
    expect(report('Textile')).toContain(`*rados* on @main@ (936071df)`);
    expect(report('Textile')).toContain(`# @cause new@ (1): What is said of new. "10":${base}/runs/${run}/jobs/10`);
  });

  test('as text has no marks', () => {
    expect(report('text')).toContain(`1. cause new (1): What is said of new. 10 ${base}/runs/${run}/jobs/10`);
  });

  test('counts jobs that run, wait or are queued as not finished, and says nothing of it when there are none', () => {
    const text = (jobs: SampleJob[]) => runReport(aPage({ jobs }), [], base, 'text');
    expect(text([{ status: 'running' }, { status: 'waiting' }, { status: 'queued' }])).toContain('3 not finished');
    expect(text([{}])).not.toContain('not finished');
  });

  test('is of the given jobs, three of each cause, and counts the others', () => {
    const page = aPage({ jobs: failing('x', 5), causes: [aCause('x', [5])], verdicts: [aVerdict('x')] });
    const text = (count: number) => runReport(page, jobsOf(page).slice(0, count), base, 'text');
    expect(text(3)).toContain('/jobs/3');
    expect(text(3)).not.toContain('more');
    expect(text(4)).not.toContain('/jobs/4');
    expect(text(4)).toContain('and 1 more');
  });

  test.each<[ReportFormat, string]>([
    ['Markdown', "`a 'b' @c`"],
    ['Textile', '@a `b` (at)c@'],
    ['text', 'a `b` @c'],
  ])('in %s keeps the marks of code out of a title', (format, expected) => {
    const causes = [{ ...aCause('x', [1]), title: 'a\n`b`  @c' }];
    const page = aPage({ jobs: failing('x'), causes, verdicts: [aVerdict('x')] });
    expect(runReport(page, jobsOf(page), base, format)).toContain(expected);
  });
});
