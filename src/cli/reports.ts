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

/** Reports to statsd and Sentry, to each if it is configured. */
export interface Reports {
  /** Must be called before the server listens. */
  watch(app: FastifyInstance): void;
  /** Takes at most two seconds. Must be called after the database is closed, so that its last writes are counted. */
  close(): Promise<void>;
}

/** Starts the configured reports. Neither requests nor the start ever wait for another host. */
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
      // A silent name server delays a lookup by ten seconds or more, and Node cannot cancel it. Everything else is closed by now.
      if (statsd || sentry) setTimeout(die, 1000).unref();
    },
  };
}

/** The statuses that are counted. */
const counted: readonly (JobStatus | null)[] = ['pass', 'fail', 'dead'];

/**
 * The host can move, so its name is looked up again, but not for each packet: a slow name server would delay requests (teuthology
 * contract §7.83).
 */
const renewAfter = 5 * 60_000;
const retryAfter = 30_000;

/**
 * Counts the jobs that this process ends, each with a packet of one line of text. Never waits and never fails. Packets that cannot be
 * sent are dropped, as are all packets before the host is known. `onError` is called for each error.
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
    // If the lookup fails, the last known address stays in use.
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
