import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BadSetting, type CommandLine } from '../config.ts';
import { endInTime } from './ending.ts';
import { createLog, flushLog } from './log.ts';

/** What a worker tells when it listens: the line that announces the server. */
type Announcement = Record<string, unknown>;

/** A worker that dies at once would otherwise be started without end, as fast as the machine can. */
const restartAfter = 1000;

/** Whether this process is one of several that share the ports. */
export const isWorker = cluster.isWorker;

/** Which of them this process is. */
export const workerName = cluster.worker?.id.toString();

/** Tells the process that started this worker that it listens. */
export function tellReady(announcement: Announcement): void {
  process.send?.({ ready: announcement });
}

/** Lets this worker end: its channel to the process that started it would keep it alive. */
export function leave(): void {
  cluster.worker?.disconnect();
}

/**
 * Starts `workers` processes that share the ports, starts those that die again, and stops them all when it is told to.
 * Returns the exit code: that of the first worker that cannot start, or 0.
 */
export async function superviseWorkers({ config }: CommandLine): Promise<number> {
  if (config.database.startsWith('sqlite')) {
    throw new BadSetting('--workers needs PostgreSQL: a SQLite file belongs to one process');
  }
  const log = createLog(config);
  const ended = Promise.withResolvers<number>();
  const ready = new Set<number>();
  let stopping = false;
  const start = () => {
    const worker = cluster.fork();
    worker.on('message', (message: { ready?: Announcement }) => {
      // Workers that are started after the signal to stop would never get it.
      if (stopping || message.ready === undefined) return;
      ready.add(worker.id);
      // The first one alone: it brings the database up to date, and says what is wrong once.
      if (ready.size === 1) for (let count = 1; count < config.workers; count++) start();
      if (ready.size === config.workers) announce(log, message.ready, config.workers);
    });
    worker.on('exit', (code, signal) => void onExit(worker, code, signal));
  };
  const onExit = async (worker: Worker, code: number | null, signal: string | null) => {
    if (!stopping && ready.has(worker.id)) {
      log.error({ worker: worker.id, code, signal }, 'a worker ended; starting another one');
      await sleep(restartAfter);
      if (!stopping) return start();
    }
    if (!stopping) {
      // It could not start, and said why: the others could not either, or not for long.
      stopping = true;
      ended.resolve(code ?? 1);
      stopAll();
    }
    if (Object.keys(cluster.workers ?? {}).length === 0) ended.resolve(0);
  };
  const stopAll = () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  };
  const onStop = () => {
    if (!stopping) endInTime();
    stopping = true;
    stopAll();
    if (Object.keys(cluster.workers ?? {}).length === 0) ended.resolve(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onStop);
  process.on('SIGHUP', () => {
    if (process.stdout.isTTY) onStop();
    else for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGHUP');
  });
  start();
  const code = await ended.promise;
  await flushLog(log);
  return code;
}

function announce(log: Logger, announcement: Announcement, workers: number): void {
  log.info({ ...announcement, workers }, 'ready');
  log.flush();
}
