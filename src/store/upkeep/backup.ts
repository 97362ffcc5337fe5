/** Copies a whole database to a file while a server writes to it, and restores a file into an empty database. */
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { hasTables } from '../engine/postgres-start.ts';

/** The reason why a copy cannot be made. The message is a sentence for the operator. */
export class BackupProblem extends Error {}

/** Suffixes of the files that SQLite creates beside a database, and uses when it opens a database of that name. */
const companions = ['-journal', '-wal', '-shm'];

/** Pages to copy in one step. All pages are copied at once, because a write between two steps would restart the copy. */
const allPages = 2 ** 31 - 1;

/**
 * Copies a snapshot of the SQLite database at `path` to a new file, and checks the copy. A server may write to the database
 * meanwhile. Throws `BackupProblem`.
 */
export async function copySqlite(path: string, file: string): Promise<void> {
  if (!existsSync(path)) throw new BackupProblem(`${path} does not exist`);
  if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
  const left = companions.map((end) => file + end).find(existsSync);
  if (left !== undefined) {
    throw new BackupProblem(
      `${left} is left of a database that was here, and SQLite would mix it with the copy; move it away`,
    );
  }
  // An incomplete copy never gets the final name.
  const part = `${file}.part`;
  removeAll(part);
  const source = readOnly(path);
  try {
    await backup(source, part, { rate: allPages });
    checkWhole(part);
    renameSync(part, file);
  } catch (error) {
    if (error instanceof BackupProblem) throw error;
    throw new BackupProblem(`${path} cannot be copied to ${file}: ${(error as Error).message}`, { cause: error });
  } finally {
    source.close();
    removeAll(part);
  }
}

function removeAll(path: string): void {
  for (const end of ['', ...companions]) rmSync(path + end, { force: true });
}

function readOnly(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    database.exec('select 1 from migrations limit 1');
    return database;
  } catch (error) {
    database.close();
    const { message } = error as Error;
    const isOther = /^(no such table|file is not a database)/.test(message);
    const sentence = isOther ? 'is not a database of paddles' : 'cannot be read; reading it requires a writable folder';
    throw new BackupProblem(`${path} ${sentence}: ${message}`, { cause: error });
  }
}

function checkWhole(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const [row] = database.prepare('pragma quick_check(1)').all();
    if (row?.quick_check !== 'ok') throw new BackupProblem(`the copy is damaged: ${row?.quick_check}`);
    // In WAL mode readers would create files beside the copy, and could not read it in a read-only folder.
    database.exec('pragma journal_mode = delete');
  } finally {
    database.close();
  }
}

/** Writes a PostgreSQL database to a new file with `pg_dump`. Throws `BackupProblem`. */
export async function dumpPostgres(url: string, file: string): Promise<void> {
  if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
  const part = `${file}.part`;
  // The `pg_dump` of a killed backup may still be writing to the old file.
  rmSync(part, { force: true });
  try {
    await run('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', `--file=${part}`]);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}

/** Restores such a file into an empty PostgreSQL database with `pg_restore`, in a single transaction. Throws `BackupProblem`. */
export async function restorePostgres(url: string, file: string): Promise<void> {
  if (!existsSync(file)) throw new BackupProblem(`${file} does not exist`);
  try {
    await run('pg_restore', url, ['--no-owner', '--no-privileges', '--single-transaction', file]);
  } catch (error) {
    // `pg_restore` fails without changing anything if tables exist. Its message cannot be tested, because PostgreSQL translates it.
    const sentence = 'the database has tables already; restore into an empty one';
    throw (await hasTables(url)) ? new BackupProblem(sentence, { cause: error }) : error;
  }
}

/** Runs a PostgreSQL program. The password is passed in the environment, because other users can see the arguments. */
async function run(program: string, address: string, args: string[]): Promise<void> {
  const url = new URL(address);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const env = { ...process.env, ...(password !== '' && { PGPASSWORD: password }) };
  const child = spawn(program, [`--dbname=${url.href}`, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said = (said + bytes).slice(0, 2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', () => reject(new BackupProblem(`${program} is not installed (Debian: postgresql-client)`)));
    child.on('close', resolve);
  });
  if (code !== 0) throw new BackupProblem(said.trim().split('\n')[0] || `${program} ended with ${code}`);
}
