import type { Logger } from 'pino';
import { BadSetting, type CommandLine, type Config } from '../config.ts';
import { serverActor } from '../core/audit.ts';
import { type ExpiryAges, parseExpiryAges } from '../core/expiry.ts';
import { plural } from '../core/plural.ts';
import type { Db } from '../store/db.ts';
import { expire, isMereCopy } from '../store/upkeep/expire.ts';
import { operator, withDatabase } from './database.ts';
import { stopSignal } from './signals.ts';

/**
 * Milliseconds from the start of a server to the first check, and between checks. Clients that could not reach a server for days
 * need this time to report.
 */
const pause = 3_600_000;

/** `paddles expire`: ends the jobs without news. Returns the exit code. */
export async function expireJobs(line: CommandLine): Promise<number> {
  const ages = agesOf(line.config);
  if (isOff(ages)) throw new BadSetting(`${line.sources.expire_after}: with 'off' no job expires; give an age like 3d`);
  const dryRun = line.flags['dry-run'] !== undefined;
  const signal = stopSignal();
  return withDatabase(line, async (db) => {
    const jobs = await expire(db, { ages, dryRun, signal, at: Date.now() * 1000, by: operator() });
    const text = dryRun
      ? `${plural(jobs, 'job')} would end`
      : `${signal.aborted ? 'stopped' : 'done'}: ended ${plural(jobs, 'job')}`;
    return { text, exitCode: signal.aborted ? 1 : 0 };
  });
}

/**
 * Ends jobs without news, unless the database is a mere copy: another server owns its jobs, and the two would then differ. Returns how
 * many ended. `at` is in microseconds.
 */
export async function expireOwn(
  db: Db,
  { ages, at, signal }: { ages: ExpiryAges; at: number; signal?: AbortSignal },
): Promise<number> {
  if (await isMereCopy(db)) return 0;
  return expire(db, { ages, dryRun: false, at, by: serverActor, ...(signal && { signal }) });
}

/** Ends jobs without news every hour. Returns a function that stops this. */
export function expireInBackground(
  db: Db,
  { config, log, now }: { config: Config; log: Logger; now: () => number },
): () => Promise<void> {
  const ages = agesOf(config);
  if (isOff(ages)) return async () => {};
  const stop = new AbortController();
  let ended = Promise.resolve();
  const look = async () => {
    const jobs = await expireOwn(db, { ages, at: now(), signal: stop.signal });
    if (jobs > 0) log.info({ jobs }, 'ended jobs without news');
  };
  const timer = setInterval(() => {
    ended = ended.then(look).catch((error) => log.error({ err: error }, 'could not end jobs without news'));
  }, pause);
  return async () => {
    clearInterval(timer);
    stop.abort();
    await ended;
  };
}

function agesOf({ expire_after }: Pick<Config, 'expire_after'>): ExpiryAges {
  const ages = parseExpiryAges(expire_after);
  if ('problem' in ages) throw new BadSetting(ages.problem);
  return ages;
}

function isOff(ages: ExpiryAges): boolean {
  return Object.values(ages).every((age) => age === null);
}
