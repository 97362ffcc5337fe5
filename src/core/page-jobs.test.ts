import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causesOfJob, jobStatuses } from './job.ts';
import { createPageJobs, type ListedJob, longestReason, readPageJob } from './page-jobs.ts';

const status = fc.constantFrom(...jobStatuses);
const text = fc.option(fc.constantFrom('', 'a', 'a b', ' a  b ', 'a/{b c}', '__proto__'));

const cause = fc
  .constantFrom('1', '2', '3')
  .map((id) => ({ id, kind: 'other', title: `cause ${id}`, class: 'unclear' as const }));

const someJob: fc.Arbitrary<ListedJob> = fc.record({
  job_id: fc.nat().map(String),
  status,
  description: text,
  failure_reason: text,
  error: text,
  signature: fc.option(cause),
  case_causes: fc.uniqueArray(cause, { selector: ({ id }) => id, maxLength: 3 }),
  os: text,
  nodes: fc.array(fc.constantFrom('n1', 'n2', 'a'), { maxLength: 3 }),
  duration: fc.option(fc.nat()),
  posted: fc.nat(),
  started: fc.option(fc.nat()),
  updated: fc.nat(),
  previous: fc.option(status),
  links: fc.array(fc.record({ name: fc.constant('sentry'), href: fc.webUrl() }), { maxLength: 1 }),
});

const job = someJob.map((one) => (one.signature === null ? { ...one, case_causes: [] } : one));

/** Converts jobs to rows and back. */
function sentAndRead(jobs: ListedJob[]) {
  const { row, texts, signatures } = createPageJobs();
  // As JSON, which is how they are sent.
  const rows = JSON.parse(JSON.stringify(jobs.map(row))) as ReturnType<typeof row>[];
  const causes = signatures();
  const read = rows.map((one) => readPageJob(one, texts(), causes));
  return { read, texts: texts(), causes };
}

describe('rows', () => {
  test('contain everything about each job, and each text and cause once', () => {
    fc.assert(
      fc.property(fc.array(job, { maxLength: 20 }), (jobs) => {
        const { read, texts, causes } = sentAndRead(jobs);
        const withoutCount = ({ id, kind, title, class: known }: NonNullable<ListedJob['signature']>) => {
          return { id, kind, title, class: known };
        };
        const withoutCounts = read.map(({ signature, case_causes, ...rest }) => {
          return {
            ...rest,
            signature: signature && withoutCount(signature),
            case_causes: case_causes.map(withoutCount),
          };
        });
        expect(withoutCounts).toEqual(jobs);
        for (const list of [texts, causes.map(({ id }) => id)]) expect(new Set(list).size).toBe(list.length);
        for (const { id, count } of causes) {
          expect(count).toBe(jobs.filter((one) => causesOfJob(one).some((cause) => cause.id === id)).length);
        }
      }),
    );
  });

  test('do not split a character when they cut a long reason', () => {
    const reasons = ['x'.repeat(longestReason), 'x'.repeat(longestReason + 1), `${'x'.repeat(longestReason - 1)}😀`];
    const [sample] = fc.sample(job, 1) as [ListedJob];
    const { read } = sentAndRead(reasons.map((failure_reason) => ({ ...sample, failure_reason })));
    const [whole, cut, halved] = read.map(({ failure_reason }) => failure_reason);
    expect(whole).toBe(reasons[0]);
    expect(cut).toBe(`${reasons[0]}…`);
    expect(halved?.isWellFormed()).toBe(true);
    expect(halved).toHaveLength(longestReason + 1);
  });

  test('leave out missing values of a job', () => {
    const { row } = createPageJobs();
    const nothing = { description: null, failure_reason: null, signature: null, case_causes: [] };
    const [sample] = fc.sample(job, 1) as [ListedJob];
    expect(row({ ...sample, ...nothing })).toMatchObject(nothing);
  });
});
