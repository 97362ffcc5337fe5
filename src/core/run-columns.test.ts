import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobStatus, jobStatuses } from './job.ts';
import { type ColumnJob, longestReason, orderJobs, runColumns } from './run-columns.ts';

const status = fc.constantFrom<JobStatus>(...jobStatuses);
const text = fc.option(fc.constantFrom('', 'a', 'a b', ' a  b ', 'a/{b c}', '__proto__'));

const job: fc.Arbitrary<ColumnJob> = fc.record({
  job_id: fc.nat().map(String),
  status,
  description: text,
  failure_reason: text,
  signature: fc.option(fc.constantFrom('1', '2', '3').map((id) => ({ id, kind: 'other', title: `cause ${id}` }))),
  os: text,
  nodes: fc.array(fc.constantFrom('n1', 'n2', 'a'), { maxLength: 3 }),
  duration: fc.option(fc.nat()),
  posted: fc.nat(),
  started: fc.option(fc.nat()),
  updated: fc.nat(),
  links: fc.array(fc.record({ name: fc.constant('sentry'), href: fc.webUrl() }), { maxLength: 1 }),
});

/** Reads columns back into jobs. */
function read({ jobs, fragments, texts, signatures }: ReturnType<typeof runColumns>): [ColumnJob, JobStatus | null][] {
  const [words, known, causes] = [fragments(), texts(), signatures()];
  const textAt = (at = -1) => (at === -1 ? null : (known[at] as string));
  return jobs.job_id.map((job_id, at) => {
    const description = jobs.description[at] as number[];
    const cause = causes[jobs.signature[at] as number];
    return [
      {
        job_id,
        status: jobStatuses[jobs.status[at] as number] as JobStatus,
        description: description.length === 0 ? null : description.map((word) => words[word]).join(' '),
        failure_reason: textAt(jobs.reason[at]),
        signature: cause === undefined ? null : { id: cause.id, kind: cause.kind, title: cause.title },
        os: textAt(jobs.os[at]),
        nodes: (jobs.nodes[at] as number[]).map((node) => known[node] as string),
        duration: jobs.duration[at] as number | null,
        posted: jobs.posted[at] as number,
        started: jobs.started[at] as number | null,
        updated: jobs.updated[at] as number,
        links: jobs.links[at] ?? [],
      },
      jobStatuses[jobs.previous[at] as number] ?? null,
    ];
  });
}

describe('columns', () => {
  test('say of every job what it said, each text and cause once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(job, fc.option(status)), { maxLength: 20 }), (jobs) => {
        const columns = runColumns();
        for (const [one, previous] of jobs) columns.add(one, previous);
        expect(read(columns)).toEqual(jobs);
        for (const list of [columns.fragments(), columns.texts(), columns.signatures().map(({ id }) => id)]) {
          expect(new Set(list).size).toBe(list.length);
        }
        for (const { id, count } of columns.signatures()) {
          expect(count).toBe(jobs.filter(([{ signature }]) => signature?.id === id).length);
        }
      }),
    );
  });

  test('cut a long reason, at a whole character', () => {
    const reasons = ['x'.repeat(longestReason), 'x'.repeat(longestReason + 1), `${'x'.repeat(longestReason - 1)}😀`];
    const columns = runColumns();
    const [sample] = fc.sample(job, 1) as [ColumnJob];
    for (const failure_reason of reasons) columns.add({ ...sample, failure_reason }, null);
    const [whole, cut, halved] = read(columns).map(([{ failure_reason }]) => failure_reason);
    expect(whole).toBe(reasons[0]);
    expect(cut).toBe(`${reasons[0]}…`);
    expect(halved?.isWellFormed()).toBe(true);
    expect(halved).toHaveLength(longestReason + 1);
  });
});

describe('jobs are ordered', () => {
  const ordered = (jobs: [string, JobStatus][]) =>
    orderJobs(jobs.map(([job_id, status]) => ({ job_id, status }))).map(({ job_id }) => job_id);

  test('failing ones first, passed ones last', () => {
    const jobs = jobStatuses.map((one, at): [string, JobStatus] => [`${at} ${one}`, one]);
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

  test('by id as a number, then ids that are none', () => {
    expect(ordered(['b', '10', '9', 'a', '010', '1x'].map((id) => [id, 'fail']))).toEqual([
      '9',
      '010',
      '10',
      '1x',
      'a',
      'b',
    ]);
  });

  test('fail and dead without a difference between them', () => {
    expect(
      ordered([
        ['3', 'fail'],
        ['2', 'dead'],
        ['1', 'fail'],
      ]),
    ).toEqual(['1', '2', '3']);
  });
});
