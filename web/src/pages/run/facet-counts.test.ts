import { expect, test } from 'vitest';
import { parseAllFacets } from '../../../../src/core/facets.ts';
import { aPage } from '../../../../test/helpers/dashboard.ts';
import { jobsOf } from '../../lib/jobs.ts';
import { countFacets } from './facet-counts.ts';

test('values are counted by key, those with the largest share of failures first; what all jobs share is left out', () => {
  const jobs = jobsOf(
    aPage({
      jobs: [
        { status: 'fail', description: 's/{all os/rocky}' },
        { status: 'pass', description: 's/{all os/rocky}' },
        { status: 'dead', description: 's/{all os/ubuntu}' },
        { status: 'running', description: 's/{all os/centos}' },
      ],
    }),
  );
  const facets = parseAllFacets(jobs.map(({ description }) => description));
  const counts = countFacets(jobs, facets).map(([key, values]) => [
    key,
    values.map(({ facet, red, total }) => `${facet.value} ${red}/${total}`),
  ]);
  expect(counts).toEqual([['os', ['ubuntu 1/1', 'rocky 1/2', 'centos 0/1']]]);
  expect(countFacets(jobs.slice(0, 2), facets)).toEqual([]);
});

test('only the keys that tell most are counted', () => {
  const facets = Array.from({ length: 30 }, (_, at) => `k${at}`);
  const jobs = jobsOf(
    aPage({
      jobs: ['x', 'y'].map((value) => ({ description: `s/{${facets.map((key) => `${key}/${value}`).join(' ')}}` })),
    }),
  );
  expect(countFacets(jobs, parseAllFacets(jobs.map(({ description }) => description)))).toHaveLength(24);
});
