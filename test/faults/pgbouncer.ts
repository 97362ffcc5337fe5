/** A private PgBouncer, as Debian packages it, with its default settings. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, unprivilegedUser } from '../helpers/postgres.ts';

/** A running PgBouncer. */
export interface PgBouncer {
  /** The URL of the same database through PgBouncer. */
  url: string;
  stop(): Promise<void>;
}

/** True if PgBouncer is installed; CI installs it. */
export function hasPgBouncer(): boolean {
  return spawnSync('pgbouncer', ['--version']).status === 0;
}

/** Starts PgBouncer in front of the server of a database. */
export async function startPgBouncer(database: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const { hostname, port: target, username } = new URL(database);
  const folder = mkdtempSync(join(tmpdir(), 'paddles-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, 'users'), `"${username}" ""\n`);
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${target}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users')}`,
    `pool_mode = ${mode}`,
  ];
  writeFileSync(join(folder, 'pgbouncer.ini'), `${settings.join('\n')}\n`);
  // PgBouncer refuses to run as root.
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...unprivilegedUser() });
  const url = Object.assign(new URL(database), { port: String(port) }).href;
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  while (child.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    const isUp = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end();
    if (isUp) return { url, stop };
    await new Promise((next) => setTimeout(next, 50));
  }
  await stop();
  throw new Error(`pgbouncer ended with ${child.exitCode}`);
}
