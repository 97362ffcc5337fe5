import type { Config } from '../../config.ts';
import type { Db } from '../../store/db.ts';

/** What the routes of `/api` work with; `now` in microseconds since the Unix epoch. */
export interface ApiContext {
  db: Db;
  config: Config;
  now: () => number;
}
