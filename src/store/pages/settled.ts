/** Sums over runs that hardly change any more, kept until one of them does: a list need not go through all runs for its totals. */
import type { Reader } from '../reader.ts';
import type { LiveEvent } from '../write/live.ts';

/** Which runs are summed, by their internal ids. */
export type RunRange = { above: number } | { upTo: number } | null;

/** How a sum is made of the runs of a range, and two of them into one. */
export interface Summed<T> {
  /** Names the sum; null for one that depends on the time and is not kept. */
  key: string | null;
  of: (range: RunRange) => Promise<T>;
  join: (settled: T, recent: T) => T;
  /** How much of the memory for all sums it takes, in values. */
  size: (sum: T) => number;
}

/** The sums that are kept. */
export interface Settled {
  /** Over all runs that there are. Those of another process that have settled may be some moments old, as its events are. */
  sum<T>(db: Reader, summed: Summed<T>): Promise<T>;
  /** Takes what has changed. */
  take(event: LiveEvent): void;
}

/** The runs that were created last are summed each time: the others are done, with few exceptions. */
const recentRuns = 200;
/** All that is kept together: some megabytes. */
const mostValues = 50_000;
/** However well everything is told: what is older than this, in milliseconds, is made anew. */
const longest = 600_000;

/** What holds as long as no settled run changes. */
interface Kept {
  /** The highest internal id of a settled run; null while there are few runs. */
  border: number | null;
  recent: Set<string>;
  sums: Map<string, { value: unknown; size: number }>;
  size: number;
  began: number;
}

/** Makes the sums of one process. */
export function createSettled(): Settled {
  let kept: Promise<Kept> | null = null;
  /** The same when it is there. */
  let known: Kept | null = null;
  const forget = () => {
    kept = null;
    known = null;
  };
  const current = async (db: Reader): Promise<Kept> => {
    if (known && performance.now() - known.began > longest) forget();
    if (kept) return kept;
    const loading = load(db);
    kept = loading;
    loading.then(
      (loaded) => {
        if (kept === loading) known = loaded;
      },
      () => {
        if (kept === loading) forget();
      },
    );
    return loading;
  };
  return {
    async sum(db, { key, of, join, size }) {
      const now = await current(db);
      if (key === null || now.border === null) return of(null);
      const found = now.sums.get(key);
      const [settled, recent] = await Promise.all([
        found ? (found.value as Awaited<ReturnType<typeof of>>) : of({ upTo: now.border }),
        of({ above: now.border }),
      ]);
      if (!found && known === now) keep(now, key, { value: settled, size: size(settled) });
      return join(settled, recent);
    },
    take(event) {
      if (event.type === 'reset') return forget();
      const names = event.type === 'jobs' ? [event.run] : event.type === 'runs' ? event.names : [];
      // Of a run that is being loaded nothing is known yet: a change of it may be in what is loaded, or not.
      if (names.length > 0 && !(known && names.every((name) => known?.recent.has(name)))) forget();
    },
  };
}

async function load({ kysely }: Reader): Promise<Kept> {
  const began = performance.now();
  const rows = await kysely
    .selectFrom('runs')
    .select(['id', 'name'])
    .orderBy('id', 'desc')
    .limit(recentRuns + 1)
    .execute();
  const recent = new Set(rows.slice(0, recentRuns).map(({ name }) => name));
  return { border: rows[recentRuns]?.id ?? null, recent, sums: new Map(), size: 0, began };
}

function keep(kept: Kept, key: string, sum: { value: unknown; size: number }): void {
  kept.sums.set(key, sum);
  kept.size += sum.size;
  for (const [oldest, { size }] of kept.sums) {
    if (kept.size <= mostValues) break;
    kept.sums.delete(oldest);
    kept.size -= size;
  }
}
