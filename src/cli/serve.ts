import cluster from 'node:cluster';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { BadSetting, type CommandLine, type Config, checkAccess, checkPorts } from '../config.ts';
import { buildApp } from '../http/app.ts';
import { boundConnections } from '../http/connections.ts';
import { createMetrics } from '../http/metrics.ts';
import { type NotifierOptions, startNotifier } from '../notify/notifier.ts';
import { version } from '../program.ts';
import { type Db, type OpenOptions, UnavailableDatabase } from '../store/db.ts';
import { openDatabase } from './database.ts';
import { expireInBackground } from './expire.ts';
import { createLog, flushLog, rarely } from './log.ts';
import { archiveForReader, startLogReader } from './log-reader.ts';
import { reindexInBackground } from './reindex.ts';
import { type Reports, startReports } from './reports.ts';
import { die, watchSignals } from './signals.ts';
import { superviseWorkers } from './workers.ts';

// Lets the heap grow to 1.25 times the live data instead of four times: docs/decisions/0006-small-young-generation.md.
setFlagsFromString('--heap-growing-percent=25');

/** How long a stop waits for requests in progress before it cuts them off, in milliseconds. */
const patience = 20_000;

/** One port of the server. */
interface Door {
  app: FastifyInstance;
  contract: Config['contract'];
  port: number;
}

/** What a stop closes, in this order. */
interface Opened {
  doors: Door[];
  db: Db;
  reports: Reports;
}

/** `paddles serve`: serves until SIGTERM or SIGINT, finishes what it accepted, and returns the exit code. */
export async function serve(line: CommandLine): Promise<number> {
  const { config } = line;
  checkPorts(config);
  checkAccess(line);
  if (config.workers > 1 && !cluster.isWorker) return superviseWorkers(line);
  const log = createLog(config);
  const now = () => Date.now() * 1000;
  // Installed before a client can reach the server: a stop must be graceful from the first request on.
  const signals = watchSignals(log);
  try {
    const db = await openPatiently(line, log, signals.stop, {
      now,
      onLost: rarely(log, 'warn', 'lost a database connection'),
      onFault: rarely(log, 'error', 'the database does not work'),
    });
    if (db === null) {
      await flushLog(log);
      return 0;
    }
    for (const migration of db.migrated) log.info({ migration }, 'migrated the database');
    const reports = await startReports(config, db, log);
    const metrics = createMetrics(db, { worker: cluster.worker?.id.toString() });
    const doors = doorsOf(config).map((door) => ({
      ...door,
      app: buildApp({ ...door, config, db, log, now, metrics }),
    }));
    const open = { doors, db, reports };
    for (const { app } of doors) reports.watch(app);
    boundConnections(
      doors.map(({ app }) => app.server),
      config,
      rarely(log, 'warn', 'too many connections: refusing new ones'),
    );
    try {
      for (const { app, port } of doors) {
        // For the name `localhost`, Fastify would open a second server on ::1 without the setup of the first one.
        const host = config.host === 'localhost' ? '127.0.0.1' : config.host;
        await app.listen({ host, port, listenTextResolver: () => 'listening' });
      }
    } catch (error) {
      await closeAll(open);
      throw error;
    }
    announce(doors, db, config, log);
    const endWork = config.read_only ? null : workBeside({ db, config, log, now, onAttempt: metrics.countAttempt });
    await signals.stop;
    await endWork?.();
    await stop(open, log, signals.insisted);
    return 0;
  } catch (error) {
    const sentence = listenSentence(error, config);
    throw sentence === undefined ? error : new BadSetting(sentence);
  } finally {
    // The channel to its parent process would keep a worker alive.
    cluster.worker?.disconnect();
  }
}

/** Starts the background work of a server. Returns a function that ends it. */
function workBeside(options: NotifierOptions & { config: Config; log: Logger }): () => Promise<unknown> {
  const { db, config, log, now } = options;
  const endReindex = reindexInBackground(db, log);
  const endExpiry = expireInBackground(db, { config, log, now });
  const reader = startLogReader({ db, archive: archiveForReader(config.archive), log, now });
  const notifier = startNotifier(options);
  return () => Promise.all([endReindex(), endExpiry(), reader.stop(), notifier.stop()]);
}

/** Longest pause between two attempts to open the database, in milliseconds. */
const longestPause = 4000;

/**
 * Opens the database as soon as it is available, and logs why it has to wait. Returns null if the server is stopped before that.
 * Checks the ports first, so that a server whose port is taken changes nothing in the database.
 */
async function openPatiently(
  line: CommandLine,
  log: Logger,
  stop: Promise<void>,
  options: Pick<OpenOptions, 'now' | 'onLost' | 'onFault'>,
): Promise<Db | null> {
  const ports = doorsOf(line.config).map(({ port }) => port);
  const tell = rarely(log, 'warn', 'waiting for the database');
  const stopped = new AbortController();
  void stop.then(() => stopped.abort());
  for (let pause = 250; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      await checkFree(line.config.host, ports);
      return await openDatabase(line, options);
    } catch (error) {
      if (!(error instanceof UnavailableDatabase)) throw error;
      tell(error);
    }
    await sleep(pause, undefined, { signal: stopped.signal }).catch(() => {});
    if (stopped.signal.aborted) return null;
  }
}

/** The main port, and the teuthology port unless the main port speaks that contract or the second one is disabled. */
function doorsOf({ contract, port, teuthology_port }: Config): Omit<Door, 'app'>[] {
  const main = { contract, port };
  if (contract === 'teuthology' || teuthology_port === null) return [main];
  return [main, { contract: 'teuthology', port: teuthology_port }];
}

/** Announces the addresses of the server: one line of the log, and on a terminal also plain lines. */
function announce(doors: Door[], db: Db, config: Config, log: Logger): void {
  const bases = doors.map(({ app, port }) => baseUrl(config, app, port));
  const listen = (bases[0] as string).replace('http://', '');
  if (config.address !== '') bases[0] = config.address.replace(/(?<!\/)\/+$/, '');
  const urls = [`${bases[0]}/ui/`, ...bases.map((base) => `${base}/runs/`), `${bases[0]}/readyz`];
  const contracts = Object.fromEntries(doors.map(({ contract }, index) => [contract, bases[index]]));
  const announcement = {
    version,
    database: db.label,
    ...(config.read_only && { read_only: true }),
    listen,
    contracts,
    urls,
  };
  // The parent process announces all workers together.
  if (cluster.isWorker) return void process.send?.({ ready: announcement });
  log.info(announcement, 'ready');
  log.flush(() => {
    if (config.log_level === 'silent' || !process.stdout.isTTY) return;
    process.stdout.write(
      `\n  paddles ${version}\n  database  ${db.label}\n  open      ${urls.join('\n            ')}\n\n`,
    );
  });
}

function baseUrl({ host }: Config, app: FastifyInstance, configured: number): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : configured;
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function stop(open: Opened, log: Logger, insisted: Promise<void>): Promise<void> {
  log.info('stopping: finishing what was accepted');
  log.flush();
  const cutOff = () => {
    for (const { app } of open.doors) app.server.closeAllConnections();
  };
  const impatient = setTimeout(cutOff, patience);
  insisted.then(cutOff);
  await closeAll(open);
  clearTimeout(impatient);
  log.info('stopped');
  // A regular exit makes a shared pipe blocking again, also for the other workers. If nobody reads it, they would hang in a write.
  if (!(await flushLog(log)) && cluster.isWorker) die();
}

async function closeAll({ doors, db, reports }: Opened): Promise<void> {
  await Promise.all(doors.map(({ app }) => app.close()));
  await db.close();
  await reports.close();
}

function listenSentence(error: unknown, { host }: Config): string | undefined {
  const { code, syscall, port } = error as NodeJS.ErrnoException & { port?: number };
  const sentences: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another program; choose another with --port or --teuthology-port`,
    EACCES: `listening on port ${port} needs more privileges; choose one above 1023`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host`,
    ENOTFOUND: `the host name ${host} is not known; choose another with --host`,
  };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return undefined;
  return sentences[code ?? ''] ?? `cannot listen on ${host} (${code}); choose another with --host`;
}

/** Throws the error of listening on one of these ports before anything else is done. Port 0, any free port, is skipped. */
async function checkFree(host: string, ports: number[]): Promise<void> {
  for (const port of ports.filter((each) => each !== 0)) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => server.close(() => resolve()));
    });
  }
}
