/** Whether a cause of failures is new, in words. */
import { noveltyOf } from '../../../../src/core/traits.ts';
import type { PageSignature, RunPage } from '../../../../src/http/api/run-page-schema.ts';

/** What the page says about the novelty of a cause. */
export interface Novelty {
  /** Null when there is nothing to compare with. */
  badge: 'NEW' | 'KNOWN' | null;
  sentence: string;
}

/** Whether the earlier runs of the same suite and branch had a cause. */
export function describeNovelty({ seen }: Pick<PageSignature, 'seen'>, { run, recent }: RunPage): Novelty {
  const where = `${run.suite} on ${run.branch}`;
  const novelty = noveltyOf(seen);
  if (novelty === null) {
    return { badge: null, sentence: `This is the first run of ${where} here: there is nothing to compare with.` };
  }
  const earlier = seen.slice(0, -1);
  const runs = earlier.length === 1 ? 'the one earlier run' : `the ${earlier.length} earlier runs`;
  if (novelty === 'new') return { badge: 'NEW', sentence: `New: not seen in ${runs} of ${where}.` };
  const times = earlier.filter((count) => count > 0).length;
  const first = recent[earlier.findIndex((count) => count > 0)];
  const since = first === undefined ? '' : `, first on ${new Date(first.scheduled).toISOString().slice(0, 10)}`;
  const seenIn = earlier.length === 1 ? runs : `${times} of ${runs}`;
  return { badge: 'KNOWN', sentence: `Seen in ${seenIn} of ${where}${since}.` };
}
