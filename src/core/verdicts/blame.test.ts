import { describe, expect, test } from 'vitest';
import { blameOf } from './blame.ts';
import { createDigest, indexRun } from './digest.ts';

/** One run: the descriptions of its jobs, and whether each job failed. */
function pool(jobs: [description: string, failed: boolean][]) {
  const digest = createDigest({ id: '1', name: 'n', suite: 's', branch: 'b', sha1: null, scheduled: 0 });
  const cause = { id: 'a', class: 'product' } as const;
  for (const [description, failed] of jobs) {
    digest.add({ description, status: failed ? 'fail' : 'pass', causes: failed ? [cause] : [] });
  }
  return [indexRun(digest.done())];
}

/** Every combination of three facets, three times. */
function combinations(fails: (x: number, y: number, z: number) => boolean): [string, boolean][] {
  const jobs: [string, boolean][] = [];
  for (let n = 0; n < 5 * 4 * 4 * 3; n++) {
    const [x, y, z] = [n % 5, Math.floor(n / 5) % 4, Math.floor(n / 20) % 4];
    jobs.push([`s/t/{x$/{${x}.yaml} y/${y} z/${z}/{z} always}`, fails(x, y, z)]);
  }
  return jobs;
}

describe('blame', () => {
  test('is on one facet, with the counts with and without it', () => {
    expect(blameOf(pool(combinations((x) => x === 2)), 'a')).toMatchObject({
      facets: [['x=2']],
      with: { k: 48, n: 48 },
      without: { k: 0, n: 192 },
      runs: 1,
    });
  });

  test('is on a pair that explains more than either half', () => {
    const found = blameOf(pool(combinations((x, y) => x === 2 && y === 1)), 'a');
    expect(found?.facets).toEqual([['x=2'], ['y=1']]);
    expect(found?.with).toEqual({ k: 12, n: 12 });
  });

  test('names facets that always occur together as one', () => {
    expect(blameOf(pool(combinations((_, __, z) => z === 3)), 'a')?.facets).toEqual([['3=z', 'z=3']]);
    const jobs = combinations((x) => x === 2).map(([text, failed]): [string, boolean] => {
      return [failed ? text.replace('s/t', 's/u') : text, failed];
    });
    expect(blameOf(pool(jobs), 'a')?.facets).toEqual([['s/u', 'x=2']]);
  });

  test.each<[string, [string, boolean][]]>([
    ['two failures', combinations(() => false).map(([text], n) => [text, n === 0 || n === 20])],
    ['failures everywhere', combinations(() => false).map(([text], n) => [text, n % 7 === 0])],
    ['jobs that all fail', combinations(() => true)],
    ['no jobs', []],
    ['jobs without a description', Array.from({ length: 20 }, (_, n) => ['', n < 10])],
  ])('is on nothing for %s', (_, jobs) => expect(blameOf(pool(jobs), 'a')).toBeNull());
});
