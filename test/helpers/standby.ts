/** A streaming standby of a private PostgreSQL server, which can be paused, killed and restarted. */
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { execute } from './engines.ts';
import { answers, freePort, type OwnPostgres, serverFolder, startServer, stop } from './postgres.ts';

/** The standby of a server. `url` is that of the primary's database on the standby. */
export interface Standby {
  url: string;
  /** Pauses the replay; the standby still receives what the primary sends. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Stops it from receiving anything from the primary, until `reconnect`. */
  cutOff(): Promise<void>;
  reconnect(): Promise<void>;
  /** Promotes it to a primary that accepts writes. */
  promote(): Promise<void>;
  /** Stops it immediately. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** Creates and starts a standby of `primary`. */
export async function startStandby(primary: OwnPostgres): Promise<Standby> {
  const { bin, user } = primary;
  const folder = serverFolder(user, true);
  const data = join(folder, 'data');
  const port = await freePort();
  const url = new URL(primary.url);
  url.port = String(port);
  await copyData(primary, data);
  if (user) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, data]);
  chmodSync(data, 0o700);
  let server: ChildProcess;
  const start = async () => {
    server = startServer({ bin, folder, port, user, fsync: false });
    if (await answers(url.href, server)) return;
    throw new Error(`the standby does not start: ${readFileSync(join(folder, 'log'), 'utf8')}`);
  };
  const ask = (statement: string) => execute(url.href, statement);
  const connectTo = async (address: string) => {
    await ask(`alter system set primary_conninfo = '${address}'`);
    await ask('select pg_reload_conf()');
  };
  await start();
  return {
    url: url.href,
    pause: () => ask('select pg_wal_replay_pause()'),
    resume: () => ask('select pg_wal_replay_resume()'),
    cutOff: () => connectTo(''),
    reconnect: () => connectTo(addressOf(primary)),
    promote: () => ask('select pg_promote()'),
    // The shell that started it ends at the same time.
    async kill() {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      await stop(server, null);
    },
    start,
    remove: () => stop(server, folder),
  };
}

/** Copies the data of the running server with its backup functions, because not every PostgreSQL package has pg_basebackup. */
async function copyData(primary: OwnPostgres, data: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  await client.query("select pg_backup_start('standby', true)");
  cpSync(join(primary.folder, 'data'), data, {
    recursive: true,
    filter: (path) => !/(postmaster\.(pid|opts)|pg_wal\/.+|pgsql_tmp.*)$/.test(path),
  });
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
  await client.end();
  mkdirSync(join(data, 'pg_wal', 'archive_status'), { recursive: true });
  writeFileSync(join(data, 'backup_label'), rows[0]?.labelfile ?? '');
  writeFileSync(join(data, 'standby.signal'), '');
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = '${addressOf(primary)}'\nwal_retrieve_retry_interval = '200ms'\n`,
  );
}

function addressOf({ url }: OwnPostgres): string {
  const { hostname, port, username } = new URL(url);
  return `host=${hostname} port=${port} user=${username}`;
}
