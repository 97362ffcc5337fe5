/** Copies a whole database into a file beside the server that writes to it, and back into an empty one. */
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { hasTables } from '../engine/postgres-start.ts';

/** What keeps a copy from being made, in a sentence for the person who asked for it. */
export class BackupProblem extends Error {}

/** What SQLite keeps beside a file, and takes for its own when it opens one of that name. */
const companions = ['-journal', '-wal', '-shm'];

/** Pages of a file that are copied in one step: all, so that what is written meanwhile does not make it start again. */
const allPages = 2 ** 31 - 1;

/**
 * Copies the SQLite database at `path` to a new file, as it is at one moment; a server may write to it meanwhile. Checks the
 * copy. Throws `BackupProblem`.
 */
export async function copySqlite(path: string, file: string): Promise<void> {
  if (!existsSync(path)) throw new BackupProblem(`${path} does not exist`);
  if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
  const left = companions.map((end) => file + end).find(existsSync);
  if (left !== undefined) {
    throw new BackupProblem(
      `${left} is left of a database that was here, and would be mixed with this one; move it away`,
    );
  }
  // A copy that was cut off never has the name of a whole one.
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
    const sentence = isOther
      ? 'is not a database of paddles'
      : 'cannot be read, which needs a folder that can be written';
    throw new BackupProblem(`${path} ${sentence}: ${message}`, { cause: error });
  }
}

function checkWhole(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const [row] = database.prepare('pragma quick_check(1)').all();
    if (row?.quick_check !== 'ok') throw new BackupProblem(`the copy is damaged: ${row?.quick_check}`);
    // Otherwise whoever reads it leaves files beside it, and cannot read it where he may not write.
    database.exec('pragma journal_mode = delete');
  } finally {
    database.close();
  }
}

/** Writes a PostgreSQL database to a new file with `pg_dump`. Throws `BackupProblem`. */
export async function dumpPostgres(url: string, file: string): Promise<void> {
  if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
  const part = `${file}.part`;
  // A program whose backup was killed may still write to it.
  rmSync(part, { force: true });
  try {
    await run('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', `--file=${part}`]);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}

/** Reads such a file into an empty PostgreSQL database with `pg_restore`, all of it or nothing. Throws `BackupProblem`. */
export async function restorePostgres(url: string, file: string): Promise<void> {
  if (!existsSync(file)) throw new BackupProblem(`${file} does not exist`);
  try {
    await run('pg_restore', url, ['--no-owner', '--no-privileges', '--single-transaction', file]);
  } catch (error) {
    // Tables that exist make it fail, and nothing is changed. What it says is in the language of PostgreSQL.
    const sentence = 'the database has tables already; restore into an empty one';
    throw (await hasTables(url)) ? new BackupProblem(sentence, { cause: error }) : error;
  }
}

/** Runs a program of PostgreSQL; other people see its arguments, so that the password is in its environment. */
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
