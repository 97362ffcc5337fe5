import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { startSentry } from '../http/sentry.ts';
import type { Db } from '../store/db.ts';
import { version } from '../version.ts';
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
  const statsd = host && startStatsd({ host, port, prefix, onError: warnRarely(log, 'counters do not reach statsd') });
  if (statsd) countStatuses(db, statsd);
  const sentryWarning = warnRarely(log, 'errors cannot be reported to Sentry');
  const sentry = dsn === '' ? null : await startSentry(dsn, `paddles@${version}`, sentryWarning);
  return {
    watch: (app) => sentry?.watch(app),
    async close() {
      if (statsd) statsd.close();
      await sentry?.close();
      if (statsd || sentry) endDespiteLookups();
    },
  };
}

/** At most one line a minute, however many packets are lost. */
function warnRarely(log: Logger, sentence: string): (error: Error) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - last < 60_000) return;
    last = performance.now();
    log.warn({ err: error }, sentence);
  };
}

/**
 * A name server that is silent holds a lookup for ten seconds and more, Node cannot cancel it, and even `process.exit`
 * waits for it (measured: 10 s). Everything is closed by then, so the signal ends nothing that matters.
 */
function endDespiteLookups(): void {
  const end = () => {
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  };
  setTimeout(end, 1000).unref();
}
