import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { buildApp } from '../http/app.ts';
import { type Db, open, sentenceOf } from '../store/db.ts';
import { version } from '../version.ts';
import { createLog, flushLog } from './log.ts';

/** How long a stop waits for requests that are under way before it cuts them off, in milliseconds. */
const patience = 20_000;

/** `paddles serve`: serves until SIGTERM or SIGINT, finishes what it accepted, and answers the exit code. */
export async function serve(config: Config): Promise<number> {
  const log = createLog(config);
  const now = () => Date.now() * 1000;
  try {
    const onLost = (error: Error) => log.warn({ err: error }, 'lost a database connection');
    const db = await open({ url: config.database, poolSize: config.pool_size, now, onLost });
    const app = buildApp({ config, db, log, now });
    try {
      await app.listen({ host: config.host, port: config.port, listenTextResolver: () => 'listening' });
    } catch (error) {
      await db.close();
      throw error;
    }
    announce(app, db, config, log);
    await stopSignal();
    await stop(app, db, log);
    return 0;
  } catch (error) {
    const sentence = listenSentence(error, config) ?? sentenceOf(error);
    if (sentence === null) throw error;
    process.stderr.write(`paddles: ${sentence.text}\n`);
    return sentence.exitCode;
  }
}

/** Says where it is: plain lines on a terminal, otherwise one line of the log. */
function announce(app: FastifyInstance, db: Db, config: Config, log: Logger): void {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const host = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host;
  const base = config.address.replace(/\/+$/, '') || `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const urls = [`${base}/runs/`, `${base}/readyz`];
  if (db.migrated.length > 0) log.info({ migrations: db.migrated }, 'migrated the database');
  log.info({ version, database: db.label, listen: `${config.host}:${port}`, urls }, 'ready');
  if (config.log_level !== 'silent' && process.stdout.isTTY) {
    process.stdout.write(
      `\n  paddles ${version}\n  database  ${db.label}\n  open      ${urls.join('\n            ')}\n\n`,
    );
  }
  log.flush();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

async function stop(app: FastifyInstance, db: Db, log: Logger): Promise<void> {
  log.info('stopping: finishing what was accepted');
  const impatient = setTimeout(() => app.server.closeAllConnections(), patience);
  // A second signal means now.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => app.server.closeAllConnections());
  await app.close();
  clearTimeout(impatient);
  await db.close();
  log.info('stopped');
  await flushLog(log);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(signal);
}

function listenSentence(error: unknown, { host, port }: Config): { text: string; exitCode: number } | null {
  const sentences: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another program; choose another with --port`,
    EACCES: `listening on port ${port} needs more rights; choose one above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host`,
    ENOTFOUND: `the host name ${host} is not known; choose another with --host`,
  };
  const { code, syscall } = error as NodeJS.ErrnoException;
  const text = syscall === 'listen' || syscall === 'getaddrinfo' ? sentences[code ?? ''] : undefined;
  return text === undefined ? null : { text, exitCode: 1 };
}
