import { describe, expect, test } from 'vitest';
import type { DecisionItem } from '../../../../src/http/api/decisions.ts';
import { aCause, aDecision, aPage, aVerdict, type SampleJob } from '../../../../test/helpers/dashboard.ts';
import { jobsOf } from './jobs.ts';
import { type ReportFormat, runReport } from './report.ts';

const place = { origin: 'https://paddles.example', base: 'https://paddles.example/ui', at: 1_764_000_000_000 };
const { base } = place;
const run = 'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi';
const failing = (cause: string, count = 1): SampleJob[] =>
  Array.from({ length: count }, () => ({ status: 'fail', cause }));

const log = 'https://logs.example';
const decided = (given: Partial<DecisionItem>) => aDecision({ author: 'ana', ...given });

/** One cause for each way to appear in a report. */
function report(format: ReportFormat): string {
  const issue_url = 'https://tracker.ceph.com/issues/61233';
  const verdicts = [
    aVerdict('old', { verdict: 'FLAKY' }),
    aVerdict('new', { verdict: 'NEW' }),
    aVerdict('lab', { verdict: 'INFRA' }),
    aVerdict('ours', { decision: decided({ class: 'caused by this branch', note: 'see [*] _x_' }) }),
    aVerdict('issue', { decision: decided({ class: 'product bug', issue_url }) }),
    aVerdict('back', { verdict: 'ROSE', past: 'was #7, absent for 23 runs, back' }),
    aVerdict('puzzle', { decision: decided({ class: 'unclear' }) }),
    aVerdict('rack', { decision: decided({ class: 'infra' }) }),
  ];
  const counts = [9, 1, 1, 2, 3, 1, 1, 1];
  const causes = verdicts.map(({ cause }, at) => aCause(cause, [counts[at] as number]));
  const jobs = verdicts.flatMap(({ cause }, at) => failing(cause, counts[at]));
  const log_href_template = `${log}/{run_name}/{job_id}`;
  const page = aPage({
    jobs: [...jobs, { status: 'pass' }, { status: 'running' }],
    causes,
    verdicts,
    log_href_template,
  });
  return runReport(page, jobsOf(page), place, format);
}

describe('a report', () => {
  test('in Markdown has a section for each kind of action, with the verdict and decision on each cause', () => {
    const end = (id: number, cause: string) => `[log](${log}/${run}/${id}) https://paddles.example/c/${cause}`;
    expect(report('Markdown')).toBe(
      [
        '**rados** on `main` (936071df): 1/21 pass, 19 fail, 0 dead, 1 not finished.',
        `[${run}](${base}/runs/${run})`,
        '8 causes in 19 jobs: 1 rose (1 job), 1 new, 1 infra, 1 flaky, 4 known; 3 of 8 undecided. No earlier run of rados on main within 60 days to compare with.',
        '',
        '**Needs a look**',
        `1. \`cause new\` (1): What is said of new. Undecided. ${end(10, 'new')}`,
        `2. \`cause back\` (1): What is said of back. Was \`#7\`, absent for 23 runs, back. ${end(17, 'back')}`,
        `3. \`cause puzzle\` (1): What is said of puzzle. Unclear, by ana. ${end(18, 'puzzle')}`,
        '',
        '**Related to this branch**',
        `1. \`cause ours\` (2): What is said of ours. Caused by this branch, by ana (see \\[\\*\\] \\_x\\_). ${end(12, 'ours')}`,
        '',
        '**Known**',
        `1. \`cause old\` (9): What is said of old. ${end(1, 'old')}`,
        `2. \`cause issue\` (3): What is said of issue. https://tracker.ceph.com/issues/61233 Product bug, by ana. ${end(14, 'issue')}`,
        '',
        '**Infra, rerun proposed**',
        `1. \`cause lab\` (1): What is said of lab. ${end(11, 'lab')}`,
        `2. \`cause rack\` (1): What is said of rack. Infra, by ana. ${end(19, 'rack')}`,
        '',
        `Details: [as decided now](${base}/runs/${run}?at=1764000000000)`,
        '',
      ].join('\n'),
    );
  });

  test('links to pages that compare with the chosen branch', () => {
    const page = aPage({ jobs: failing('x'), causes: [aCause('x', [1])], verdicts: [aVerdict('x')] });
    const baseline = { ...page.baseline, base: 'squid', chosen: true };
    const text = runReport({ ...page, baseline }, jobsOf(page), place, 'text');
    expect(text).toContain(`${base}/runs/${run}?base=squid\n`);
    expect(text).toContain(`${base}/runs/${run}?base=squid&at=`);
  });

  test('in Textile uses Textile markup', () => {
    expect(report('Textile')).toContain(`*rados* on @main@ (936071df)`);
    const text = report('Textile');
    expect(text).toContain(`# @cause new@ (1): What is said of new. Undecided. "log":${log}/${run}/10 `);
    expect(text).toContain('by ana (see [&#42;] &#95;x&#95;)');
  });

  test('as text has no markup', () => {
    expect(report('text')).toContain(`1. cause new (1): What is said of new. Undecided. log ${log}/${run}/10 `);
    expect(report('text')).toContain('by ana (see [*] _x_)');
  });

  test('counts running, waiting and queued jobs as not finished, and omits the count if it is 0', () => {
    const text = (jobs: SampleJob[]) => runReport(aPage({ jobs }), [], place, 'text');
    expect(text([{ status: 'running' }, { status: 'waiting' }, { status: 'queued' }])).toContain('3 not finished');
    expect(text([{}])).not.toContain('not finished');
  });

  test('includes the error in the log of a job, in one line of bounded length', () => {
    const error = `FAILED \`assert\`\n${'x'.repeat(400)}`;
    const jobs: SampleJob[] = [...failing('x'), { status: 'fail', cause: 'x', error }];
    const page = aPage({ jobs, causes: [aCause('x', [2])], verdicts: [aVerdict('x')] });
    const text = runReport(page, jobsOf(page), place, 'Markdown');
    expect(text).toContain(`What is said of x. Log: \`FAILED 'assert' ${'x'.repeat(183)}…\` https`);
    const same = aPage({ jobs: [{ status: 'fail', cause: 'x', error: 'cause x' }], causes: [aCause('x', [1])] });
    expect(runReport(same, jobsOf(same), place, 'Markdown')).not.toContain('Log:');
  });

  test('covers the given jobs', () => {
    const page = aPage({ jobs: failing('x', 5), causes: [aCause('x', [5])], verdicts: [aVerdict('x')] });
    expect(runReport(page, jobsOf(page).slice(0, 3), place, 'text')).toContain('cause x (3)');
  });

  test.each<[ReportFormat, string]>([
    ['Markdown', "`a 'b' @c`"],
    ['Textile', '@a `b` (at)c@'],
    ['text', 'a `b` @c'],
  ])('in %s removes code delimiters from a title', (format, expected) => {
    const causes = [{ ...aCause('x', [1]), title: 'a\n`b`  @c' }];
    const page = aPage({ jobs: failing('x'), causes, verdicts: [aVerdict('x')] });
    expect(runReport(page, jobsOf(page), place, format)).toContain(expected);
  });
});
