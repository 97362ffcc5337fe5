/**
 * Jobs by the time of their posting, through their internal ids: those grow with the time, and ids are the order of
 * every list and the key of every table of jobs. `posted` itself stays a condition; the ids only bound where it is looked at.
 */
import type { Reader } from '../reader.ts';

/** Longer than a write waits between being told the time and getting its id, in microseconds. */
const slack = 600_000_000;

/** An internal id below or at those of all jobs posted after `time` (microseconds); null when there are none. */
export async function firstIdAfter({ kysely }: Reader, time: number): Promise<number | null> {
  const rows = kysely
    .selectFrom('jobs')
    .select('id')
    .where('posted', '<=', time - slack);
  const last = await rows.orderBy('posted', 'desc').limit(1).executeTakeFirst();
  if (last) return last.id;
  const first = await kysely.selectFrom('jobs').select('id').orderBy('id').limit(1).executeTakeFirst();
  return first?.id ?? null;
}

/** An internal id above or at those of all jobs posted before `time` (microseconds); null when there is no bound. */
export async function lastIdBefore({ kysely }: Reader, time: number): Promise<number | null> {
  const rows = kysely
    .selectFrom('jobs')
    .select('id')
    .where('posted', '>=', time + slack);
  const first = await rows.orderBy('posted').limit(1).executeTakeFirst();
  return first?.id ?? null;
}
