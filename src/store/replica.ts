/** Watches a read replica: whether reads may go there, how far it is behind, and what it does not show yet. */
import type { Kysely } from 'kysely';
import type { Db } from './db.ts';
import { type HeldEvents, holdEvents } from './held.ts';
import type { LiveEvent } from './live.ts';
import { openReadPool, type ReadPool } from './postgres.ts';
import type { Schema } from './schema.ts';
import { identityOf, openStandby, type Standing, writtenUpTo } from './standby.ts';

/** A replica as it was found last. */
export interface ReplicaState {
  /** Whether reads go there; otherwise to the main database, for the reason in `problem`. */
  used: boolean;
  /** How old its figures are; null when it is not known. */
  seconds_behind: number | null;
  /** How much of what the main database wrote it has not replayed. */
  bytes_behind: number | null;
  problem: string | null;
}

/** What `watchReplica` needs to know. */
export interface ReplicaOptions {
  url: string;
  poolSize: number;
  /** Hears the state after every look. */
  onState: (state: ReplicaState) => void;
  /** Hears what changed, once readers can see it. */
  tell: (event: LiveEvent) => void;
  /** A replica that is further behind, in seconds, is not read. */
  mostBehind?: number;
}

/** A replica that is watched. */
export interface WatchedReplica {
  state(): ReplicaState;
  /** Where reads may go now; null: to the main database. */
  kysely(): Kysely<Schema> | null;
  /** Has it looked at again at once: something seems wrong. */
  doubt(): void;
  /** Takes what the main database has committed. */
  take(event: LiveEvent): void;
  close(): Promise<void>;
}

/** Milliseconds between two looks, and while events wait for it. */
const every = 1000;
const everyWhileHeld = 50;

/**
 * Looks at the replica of `main`, and again every second until `close`. Never throws for what is wrong with the replica.
 *
 * It is entered when it shows what the main database had written a look before, so also every migration that `main`
 * applied when it was opened. It is left when it is lost, or more than `mostBehind` behind: that bounds for how long events are
 * held, and how old a dashboard may be. While the main database is away nothing is fresher, and the replica stays.
 */
export async function watchReplica(main: Db, options: ReplicaOptions): Promise<WatchedReplica> {
  const { url, poolSize, onState, tell, mostBehind = 60 } = options;
  const standby = openStandby(url, await identityOf(main.kysely));
  const held = holdEvents(tell);
  const lag = createLag();
  const clock = createClock();
  const reading = createReading(() => openReadPool(url, poolSize, clock.wake), held);
  let writtenBefore: number | null = null;
  let state = unusable('it has not been looked at yet');

  const judge = (standing: Standing, written: number | null): ReplicaState => {
    if ('problem' in standing) {
      reading.leave();
      return unusable(standing.problem);
    }
    const behind = lag.measure(standing, written);
    const tooFar = written !== null && (behind.seconds_behind ?? 0) > mostBehind;
    if (tooFar) reading.leave();
    else if (reading.pool() === null && written !== null && standing.replayed >= (writtenBefore ?? written))
      reading.enter();
    held.replayedUpTo(standing.replayed);
    if (reading.pool() !== null) return { used: true, ...behind, problem: null };
    return {
      ...unusable(tooFar ? `it is more than ${mostBehind} seconds behind` : 'it has not caught up yet'),
      ...behind,
    };
  };
  const look = async () => {
    const aim = held.mark();
    lag.begin();
    const written = await writtenUpTo(main.kysely).catch(() => null);
    if (written !== null) aim(written);
    state = judge(await standby.ask(), written);
    writtenBefore = written ?? writtenBefore;
    onState(state);
  };
  await look();
  const ended = clock.repeat(look, () => (held.size() > 0 ? everyWhileHeld : every));
  return {
    state: () => state,
    kysely: () => reading.pool()?.kysely ?? null,
    doubt: clock.wake,
    take(event) {
      held.add(event);
      if (reading.pool() === null) held.release();
      else clock.wake();
    },
    async close() {
      clock.stop();
      standby.close();
      await ended.then(reading.leave);
    },
  };
}

/** The pool of the readers while they read the replica. */
function createReading(openPool: () => ReadPool, held: HeldEvents) {
  let pool: ReadPool | null = null;
  return {
    pool: () => pool,
    enter() {
      pool = openPool();
      // What was told while the main database answered may be newer than what the replica shows.
      held.add({ type: 'reset' });
    },
    leave() {
      pool?.cut();
      pool = null;
      held.release();
    },
  };
}

function unusable(problem: string): ReplicaState {
  return { used: false, seconds_behind: null, bytes_behind: null, problem };
}

/** How old the figures are, by two clocks that can both only say too much. */
function createLag() {
  let beganAt = 0;
  let caughtUpAt: number | null = null;
  return {
    /** To be called before the main database is asked for its position. */
    begin() {
      beganAt = performance.now();
    },
    measure({ replayed, sinceLast }: Extract<Standing, { replayed: number }>, written: number | null) {
      if (written !== null && replayed >= written) {
        caughtUpAt = beganAt;
        return { seconds_behind: 0, bytes_behind: 0 };
      }
      // The last transaction may be old because nothing happened for an hour; it is rarely caught up while much happens.
      const ages = [sinceLast, caughtUpAt === null ? null : (performance.now() - caughtUpAt) / 1000];
      const known = ages.filter((age) => age !== null).map((age) => Math.max(0, age));
      const seconds = known.length === 0 ? null : Math.round(Math.min(...known) * 10) / 10;
      return { seconds_behind: seconds, bytes_behind: written === null ? null : written - replayed };
    },
  };
}

/** Repeats something with pauses that `wake` cuts short, until `stop`. */
function createClock() {
  let stopped = false;
  let again = false;
  let wakeUp = () => {};
  const wake = () => {
    again = true;
    wakeUp();
  };
  return {
    wake,
    stop() {
      stopped = true;
      wakeUp();
    },
    async repeat(work: () => Promise<void>, pause: () => number): Promise<void> {
      while (!stopped) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wakeUp = resolve;
        const timer = setTimeout(resolve, again ? 0 : pause());
        again = false;
        await promise;
        clearTimeout(timer);
        if (!stopped) await work();
      }
    },
  };
}
