import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inSteps, type Place, type Range, type Steps } from './job-list.ts';

/** Searches candidates for those that `matches` accepts, and records how many candidates each step read. */
function stepsOver(candidates: Place[], matches: (place: Place) => boolean) {
  const compare = (a: Place, b: Place) => a.posted - b.posted || a.id - b.id;
  const newestFirst = candidates.toSorted((a, b) => compare(b, a));
  const looked: number[] = [];
  const inside = ({ from, below }: Range) =>
    newestFirst.filter(
      (place) => (from === null || compare(place, from) >= 0) && (below === null || compare(place, below) < 0),
    );
  const steps: Steps<Place> = {
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

test('finds the same jobs as a search through all candidates, for any offset and in spite of clock jumps', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 0, max: 110 }),
      fc.option(fc.integer({ min: 0, max: 20_000 })),
      async (length, every, limit, percent, after) => {
        // Groups of candidates share a time, and the times of every third candidate are ahead of the others.
        const candidates = Array.from({ length }, (_, id) => ({ id, posted: (id >> 2) + (id % 3 === 0 ? 700 : 0) }));
        const matches = ({ id }: Place) => id % every === 0;
        const offset = Math.floor((length / every) * (percent / 100));
        const { steps, newestFirst } = stepsOver(candidates, matches);
        const place = after === null ? undefined : newestFirst[after];
        const expected = newestFirst.slice(place ? newestFirst.indexOf(place) + 1 : 0).filter(matches);
        const found = await inSteps(steps, { below: place ?? null, limit, offset });
        expect(found).toEqual(expected.slice(offset, offset + limit));
      },
    ),
    { numRuns: 40 },
  );
});

test('reads at most 8,000 candidates per step, and only the first thousand when they suffice', async () => {
  const candidates = Array.from({ length: 40_000 }, (_, index) => ({ id: index + 1, posted: index + 1 }));
  const rare = stepsOver(candidates, ({ id }) => id === 1);
  expect(await inSteps(rare.steps, { below: null, limit: 10, offset: 0 })).toEqual([{ id: 1, posted: 1 }]);
  expect(Math.max(...rare.looked)).toBe(8000);
  const frequent = stepsOver(candidates, ({ id }) => id % 20 === 0);
  expect(await inSteps(frequent.steps, { below: null, limit: 10, offset: 0 })).toHaveLength(10);
  expect(frequent.looked).toEqual([1000]);
});
