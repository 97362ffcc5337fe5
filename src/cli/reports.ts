import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { startSentry } from '../http/sentry.ts';
import { version } from '../program.ts';
import type { Db } from '../store/db.ts';
import { rarely } from './log.ts';
import { die } from './signals.ts';
import { countStatuses, startStatsd } from './statsd.ts';

/** What the process tells other programs about itself: statsd and Sentry, each when it is configured. */
export interface Reports {
  /** Must come before the server listens. */
  watch(app: FastifyInstance): void;
  /** Takes at most two seconds; comes after the database is closed, whose last writes are counted too. */
  close(): Promise<void>;
}

/** Starts what is configured. Nothing here ever makes a request or the start wait for another host. */
export async function startReports(config: Config, db: Db, log: Logger): Promise<Reports> {
  const { statsd_host: host, statsd_port: port, statsd_prefix: prefix, sentry_dsn: dsn } = config;
  const statsd =
    host && startStatsd({ host, port, prefix, onError: rarely(log, 'warn', 'counters do not reach statsd') });
  if (statsd) countStatuses(db, statsd);
  const sentryWarning = rarely(log, 'warn', 'errors cannot be reported to Sentry');
  const sentry = dsn === '' ? null : await startSentry(dsn, `paddles@${version}`, sentryWarning);
  return {
    watch: (app) => sentry?.watch(app),
    async close() {
      if (statsd) statsd.close();
      await sentry?.close();
      // A name server that is silent holds a lookup for ten seconds and more, and Node cannot cancel it. Everything is closed.
      if (statsd || sentry) setTimeout(die, 1000).unref();
    },
  };
}
