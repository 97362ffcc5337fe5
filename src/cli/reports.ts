import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { JobStatus } from '../core/job.ts';
import { startSentry } from '../http/sentry.ts';
import { version } from '../program.ts';
import type { Db } from '../store/db.ts';
import { rarely } from './log.ts';
import { die } from './signals.ts';

/** What the process tells other programs about itself: statsd and Sentry, each when it is configured. */
export interface Reports {
  /** Must come before the server listens. */
  watch(app: FastifyInstance): void;
  /** Takes at most two seconds; comes after the database is closed, whose last writes are counted too. */
  close(): Promise<void>;
}

/** Starts what is configured. Nothing here ever makes a request or the start wait for another host. */
export async function startReports(config: Config, db: Db, log: Logger): Promise<Reports> {
  const { statsd_host, sentry_dsn } = config;
  const statsd =
    statsd_host === '' ? null : startStatsd(config, db, rarely(log, 'warn', 'counters do not reach statsd'));
  const sentryWarning = rarely(log, 'warn', 'errors cannot be reported to Sentry');
  const sentry = sentry_dsn === '' ? null : await startSentry(sentry_dsn, `paddles@${version}`, sentryWarning);
  return {
    watch: (app) => sentry?.watch(app),
    async close() {
      statsd?.close();
      await sentry?.close();
      // A name server that is silent holds a lookup for ten seconds and more, and Node cannot cancel it. Everything is closed.
      if (statsd || sentry) setTimeout(die, 1000).unref();
    },
  };
}

/** The statuses that are counted. */
const counted: readonly (JobStatus | null)[] = ['pass', 'fail', 'dead'];

/**
 * The host may move, but a lookup for each packet would let a slow name server delay requests (teuthology contract
 * §7.83).
 */
const renewAfter = 5 * 60_000;
const retryAfter = 30_000;

/**
 * Counts the jobs that this process ends: one line of text in one packet each, for which node:dgram is all it takes. It never waits, never
 * fails, and forgets what it cannot send, as everything until the host is known; `onError` hears of that as often as it happens.
 */
function startStatsd(
  { statsd_host, statsd_port, statsd_prefix }: Config,
  db: Db,
  onError: (error: Error) => void,
): { close(): void } {
  let target: { address: string; family: number; socket: Socket } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const renew = async () => {
    const found = await lookup(statsd_host).catch((error: Error) => {
      onError(error);
      return null;
    });
    if (closed) return;
    if (found !== null && target?.family !== found.family) {
      target?.socket.close();
      const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4')
        .on('error', onError)
        .unref();
      target = { ...found, socket };
    } else if (found !== null && target !== null) target.address = found.address;
    // A name that cannot be found for the moment leaves the last known address in use.
    timer = setTimeout(renew, found === null ? retryAfter : renewAfter).unref();
  };
  void renew();
  db.jobWriter.subscribe(({ status, previous }) => {
    if (target === null || status === previous || !counted.includes(status)) return;
    const packet = `${statsd_prefix}.jobs.status.${status}:1|c`;
    target.socket.send(packet, statsd_port, target.address, (error) => {
      if (error) onError(error);
    });
  });
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      target?.socket.close();
      target = null;
    },
  };
}
