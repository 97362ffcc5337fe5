/** Counters of finished jobs for statsd. One line of text in one packet each: node:dgram is all it takes. */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { JobStatus } from '../core/job.ts';
import type { Db } from '../store/db.ts';

/** Where counters go, and who hears that they could not be sent (as often as that happens). */
interface StatsdOptions {
  host: string;
  port: number;
  /** What the names of all counters begin with. */
  prefix: string;
  onError: (error: Error) => void;
}

/** A sender of counters that never waits, never fails, and forgets what it cannot send. */
interface Statsd {
  /** Counts one job that came to this status; only pass, fail and dead are counted. */
  count(status: JobStatus | null): void;
  close(): void;
}

const counted: readonly (JobStatus | null)[] = ['pass', 'fail', 'dead'];

/**
 * The host may move, but a lookup for each packet would let a slow name server delay requests (teuthology contract
 * §7.83).
 */
const renewAfter = 5 * 60_000;
const retryAfter = 30_000;

/** Starts to look up the host and returns the sender at once; until the host is known, counts are dropped. */
export function startStatsd({ host, port, prefix, onError }: StatsdOptions): Statsd {
  let target: { address: string; family: number; socket: Socket } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const renew = async () => {
    const found = await lookup(host).catch((error: Error) => {
      onError(error);
      return null;
    });
    if (closed) return;
    if (found !== null && target?.family !== found.family) {
      target?.socket.close();
      target = { ...found, socket: openSocket(found.family, onError) };
    } else if (found !== null && target !== null) target.address = found.address;
    // A name that cannot be found for the moment leaves the last known address in use.
    timer = setTimeout(renew, found === null ? retryAfter : renewAfter).unref();
  };
  void renew();
  return {
    count(status) {
      if (target === null || !counted.includes(status)) return;
      target.socket.send(`${prefix}.jobs.status.${status}:1|c`, port, target.address, (error) => {
        if (error) onError(error);
      });
    },
    close() {
      closed = true;
      clearTimeout(timer);
      target?.socket.close();
      target = null;
    },
  };
}

function openSocket(family: number, onError: (error: Error) => void): Socket {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  socket.on('error', onError);
  return socket.unref();
}

/** Counts every change of a job's status in this process. */
export function countStatuses(db: Db, statsd: Statsd): void {
  db.jobWriter.subscribe(({ status, previous }) => {
    if (status !== previous) statsd.count(status);
  });
}
