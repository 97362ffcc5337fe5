import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IdRange, inSteps, type Steps } from './job-steps.ts';

/** Steps over candidates of which those that `matches` accepts are wanted; notes how many candidates each one looked at. */
function stepsOver(candidates: number[], matches: (id: number) => boolean) {
  const newestFirst = candidates.toSorted((a, b) => b - a);
  const looked: number[] = [];
  const inside = ({ from, below }: IdRange) =>
    newestFirst.filter((id) => (from === null || id >= from) && (below === null || id < below));
  const steps: Steps<number> = {
    candidate: async (below, count) => inside({ from: null, below })[count - 1] ?? null,
    count: async (range) => inside(range).filter(matches).length,
    rows: async (range, limit, offset) => {
      looked.push(inside(range).length);
      return inside(range)
        .filter(matches)
        .slice(offset, offset + limit);
    },
  };
  return { steps, newestFirst, looked };
}

test('finds what a search through all candidates finds, whatever is left out before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 0, max: 110 }),
      fc.option(fc.integer({ min: 1, max: 50_000 })),
      async (length, every, limit, percent, below) => {
        // With gaps: ids of candidates are seldom one after the other.
        const candidates = Array.from({ length }, (_, index) => 2 * index + 1 + (index % 3 === 0 ? 1 : 0));
        const matches = (id: number) => id % every === 0;
        const offset = Math.floor((length / every) * (percent / 100));
        const { steps, newestFirst } = stepsOver(candidates, matches);
        const expected = newestFirst.filter((id) => (below === null || id < below) && matches(id));
        const found = await inSteps(steps, { below, limit, offset });
        expect(found).toEqual(expected.slice(offset, offset + limit));
      },
    ),
    { numRuns: 40 },
  );
});

test('looks at no more than 8,000 candidates at a time, and at the first thousand alone when they are enough', async () => {
  const candidates = Array.from({ length: 40_000 }, (_, index) => index + 1);
  const rare = stepsOver(candidates, (id) => id === 1);
  expect(await inSteps(rare.steps, { below: null, limit: 10, offset: 0 })).toEqual([1]);
  expect(Math.max(...rare.looked)).toBe(8000);
  const frequent = stepsOver(candidates, (id) => id % 20 === 0);
  expect(await inSteps(frequent.steps, { below: null, limit: 10, offset: 0 })).toHaveLength(10);
  expect(frequent.looked).toEqual([1000]);
});
