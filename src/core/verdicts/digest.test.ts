import { expect, test } from 'vitest';
import type { JobStatus } from '../job.ts';
import type { CauseClass } from '../signature-class.ts';
import { createDigest, indexRun, jobsWith } from './digest.ts';

const head = { id: '1', name: 'n', suite: 's', branch: 'main', sha1: null, scheduled: 0 };

type SomeJob = [description: string | null, status: JobStatus, ...causes: [id: string, kind: CauseClass][]];

function digestOf(jobs: SomeJob[]) {
  const digest = createDigest(head);
  for (const [description, status, ...causes] of jobs) {
    digest.add({ description, status, causes: causes.map(([id, kind]) => ({ id, class: kind })) });
  }
  return digest.done();
}

test('a digest has the jobs that passed or failed, except failures of the lab', () => {
  const digest = digestOf([
    ['s/t/{a}', 'pass'],
    ['s/t/{a}', 'fail', ['x', 'product']],
    ['s/t/{b}', 'dead', ['y', 'support']],
    ['s/t/{b}', 'fail', ['z', 'infra']],
    ['s/t/{c}', 'running'],
    ['s/t/{c}', 'unknown'],
    [null, 'pass'],
  ]);
  expect(digest).toEqual({
    run: head,
    facets: ['s/t', 'a', 'b'],
    counts: Uint16Array.of(3, 2, 1),
    rows: Uint16Array.of(0, 1, 2, 0, 1, 2),
    causes: ['x', 'y'],
    ends: Uint16Array.of(0, 1, 2, 0),
    further: Uint16Array.of(),
  });
  const index = indexRun(digest);
  expect({ jobs: index.jobs, passes: index.passes, causes: [...index.causes] }).toEqual({
    jobs: 4,
    passes: 2,
    causes: [
      ['x', [1]],
      ['y', [2]],
    ],
  });
  expect(index.hitsOf('y')).toEqual([
    { facet: 's/t', jobs: 1 },
    { facet: 'b', jobs: 1 },
  ]);
  expect(index.hitsOf('z')).toEqual([]);
});

test('a job counts for each of its causes, and once in the number of jobs', () => {
  const index = indexRun(
    digestOf([
      ['s/t/{a}', 'fail', ['x', 'product'], ['y', 'product']],
      ['s/t/{b}', 'pass'],
      ['s/t/{b}', 'fail', ['lab', 'infra'], ['y', 'product'], ['z', 'product']],
      ['s/t/{a}', 'fail', ['y', 'product']],
      ['s/t/{c}', 'fail', ['lab', 'infra']],
    ]),
  );
  expect({ jobs: index.jobs, passes: index.passes, causes: [...index.causes] }).toEqual({
    jobs: 4,
    passes: 1,
    causes: [
      ['x', [0]],
      ['y', [0, 2, 3]],
      ['z', [2]],
    ],
  });
  expect(index.hitsOf('y')).toEqual([
    { facet: 's/t', jobs: 3 },
    { facet: 'a', jobs: 2 },
    { facet: 'b', jobs: 1 },
  ]);
});

test('jobs are found by one facet, by several, and by none', () => {
  const index = indexRun(
    digestOf(['s/t/{a b}', 's/t/{a}', 's/t/{b}', 's/u/{a b}', 's/t/{b a}'].map((text) => [text, 'pass'])),
  );
  const found = (...facets: string[]) => {
    const jobs = jobsWith(index, facets);
    return jobs && [...jobs];
  };
  expect(found()).toBeNull();
  expect(found('a')).toEqual([0, 1, 3, 4]);
  expect(found('b', 'a')).toEqual([0, 3, 4]);
  expect(found('a', 'b', 's/t')).toEqual([0, 4]);
  expect(found('a', 'else')).toEqual([]);
});

test('a digest has a limited number of facets, no matter what descriptions contain', () => {
  const text = (job: number) => `s/t/{${Array.from({ length: 100 }, (_, at) => `f${job}-${at}`).join(' ')}}`;
  const { facets, counts, rows } = digestOf(Array.from({ length: 500 }, (_, job) => [text(job), 'pass']));
  // The first of the 500 jobs has 64 facets, and all of them share the sub-suite.
  expect([counts[0], rows.indexOf(1, 500) - 500]).toEqual([500, 63]);
  expect(facets.length).toBeLessThan(20_100);
  expect(counts).toHaveLength(facets.length);
});
