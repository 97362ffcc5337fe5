import { copiesOf, realReasons, scoreOf, strayed } from '../../test/helpers/grouping.ts';
import { type Figure, share } from '../figures.ts';
import type { Bench } from '../rounds.ts';

const copiesOfEach = 10;

/** How well signatures group the failure reasons of real labs. It asks no database: it is measured once, with SQLite. */
export async function measureGrouping({ engine, say }: Bench): Promise<Figure[]> {
  if (!engine.title.startsWith('SQLite')) return [];
  const reasons = realReasons();
  if (reasons === null) {
    say('grouping: there are no real reasons; PADDLES_DATA names their folder');
    return [];
  }
  const copies = reasons.map((reason) => copiesOf(reason, copiesOfEach));
  const causes = new Set(reasons.map(({ cause }) => cause)).size;
  const all = [...reasons, ...copies.flat()];
  const apart = reasons.flatMap((reason, at) => strayed(reason, copies[at]!)).length;
  const alone = scoreOf(reasons);
  const together = scoreOf(all);
  say(`grouping: ${reasons.length} reasons, ${copies.flat().length} copies`);
  const what = `grouping of ${reasons.length} real failure reasons`;
  const more = `and ${copies.flat().length} copies of them`;
  return [
    share(`${what}: precision`, alone.precision, 0.97, `pairs in one group; ${causes} causes`),
    share(`${what}: recall`, alone.recall, 0.85, 'pairs of one cause'),
    share(`${what} ${more}: precision`, together.precision, 0.97, 'other hosts, numbers, ids, paths, times'),
    share(`${what} ${more}: recall`, together.recall, 0.85, `${apart} copies not with their original`),
  ];
}
