import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadSetting, type CommandLine } from '../config.ts';
import { createLog, flushLog, rarely } from './log.ts';
import { endInTime, onSignals } from './signals.ts';

/** Milliseconds until a dead worker is replaced. Without the pause, one that dies at once would be restarted in a tight loop. */
const restartAfter = 1000;

/**
 * Starts `workers` processes that share the ports, replaces those that die, and stops them all on a signal. Returns 0, or the exit
 * code of the first worker that cannot start.
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
    const worker = fork(onFailure);
    worker?.on('message', (message: { ready?: object }) => {
      // A worker started after the stop signal would never receive it.
      if (stopping || message.ready === undefined) return;
      ready.add(worker.id);
      // The first worker starts alone: it migrates the database, and a startup error is reported only once.
      if (ready.size === 1) for (let count = 1; count < config.workers; count++) start();
      if (ready.size === config.workers) {
        log.info({ ...message.ready, workers: config.workers }, 'ready');
        log.flush();
      }
    });
    worker?.on('exit', (code, signal) => void onExit(worker, code, signal));
  };
  const tellFailure = rarely(log, 'error', 'a worker cannot be started; trying again');
  const onFailure = async (error: Error) => {
    if (ready.size === 0) return ended.reject(new BadSetting(`no worker can be started: ${error.message}`));
    tellFailure(error);
    await sleep(restartAfter);
    if (!stopping) start();
  };
  const onExit = async (worker: Worker, code: number | null, signal: string | null) => {
    if (!stopping && ready.has(worker.id)) {
      log.error({ worker: worker.id, code, signal }, 'a worker ended; starting another one');
      await sleep(restartAfter);
      if (!stopping) return start();
    }
    if (!stopping) {
      // The worker could not start and has reported why. The others would fail too, sooner or later.
      stopping = true;
      ended.resolve(code ?? 1);
      signalAll('SIGTERM');
    }
    if (Object.keys(cluster.workers ?? {}).length === 0) ended.resolve(0);
  };
  const onStop = () => {
    if (!stopping) endInTime();
    stopping = true;
    signalAll('SIGTERM');
    if (Object.keys(cluster.workers ?? {}).length === 0) ended.resolve(0);
  };
  onSignals(onStop, signalAll);
  start();
  const code = await ended.promise;
  await flushLog(log);
  return code;
}

function signalAll(signal: NodeJS.Signals): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
}

/** Starts a worker; null if that throws. Calls `failed` if the system has no files, processes or memory left for another one. */
function fork(failed: (error: Error) => void): Worker | null {
  try {
    const worker = cluster.fork();
    worker.on('error', (error) => {
      // A worker that did start also emits 'exit', which handles this error.
      if (worker.process.pid !== undefined) return;
      delete cluster.workers?.[worker.id];
      failed(error);
    });
    return worker;
  } catch (error) {
    failed(error as Error);
    return null;
  }
}
