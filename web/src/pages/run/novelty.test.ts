import { expect, test } from 'vitest';
import { aCause, aPage } from '../../../../test/helpers/dashboard.ts';
import { describeNovelty } from './novelty.ts';

test.each([
  [[0, 0, 3], 'NEW', 'New: not seen in the 2 earlier runs of rados on main.'],
  [[0, 3], 'NEW', 'New: not seen in the one earlier run of rados on main.'],
  [[0, 2, 1], 'KNOWN', 'Seen in 1 of the 2 earlier runs of rados on main, first on 2026-11-22.'],
  [[1, 2, 1], 'KNOWN', 'Seen in 2 of the 2 earlier runs of rados on main, first on 2026-11-21.'],
  [[4, 1], 'KNOWN', 'Seen in the one earlier run of rados on main, first on 2026-11-22.'],
  [[1], null, 'This is the first run of rados on main here: there is nothing to compare with.'],
])('a cause that was seen in %j jobs, run by run, has the badge %s', (seen, badge, sentence) => {
  const page = aPage({ earlier: seen.length - 1 });
  expect(describeNovelty(aCause('a', seen), page)).toEqual({ badge, sentence });
});
