import type { Config } from '../../config.ts';
import type { Reader } from '../../store/db.ts';
import type { Reads } from '../../store/reads.ts';

/** What the routes of `/api` work with; `now` in microseconds since the Unix epoch. */
export interface ApiContext {
  reads: Reads;
  config: Config;
  now: () => number;
}

/** What one request works with: `db` never goes back in time while it is answered. */
export interface ReadContext extends Omit<ApiContext, 'reads'> {
  db: Reader;
}

/** To be called once in a request. */
export function beginRead({ reads, config, now }: ApiContext): ReadContext {
  return { db: reads.reader(), config, now };
}
