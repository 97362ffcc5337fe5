import { userInfo } from 'node:os';
import { BadSetting, type CommandLine } from '../config.ts';
import type { Actor } from '../core/audit.ts';
import { longestAge, parseDuration } from '../core/moment.ts';
import { type Db, type OpenOptions, open, openReadOnly, UnavailableDatabase, UnusableDatabase } from '../store/db.ts';

/**
 * Opens the database that the settings name, read-only if they say so. Throws `UnavailableDatabase` as `open` does, and
 * `BadSetting` when no engine understands the URL, or when the database cannot be used as it is or belongs to another
 * program. `BadSetting` names the source of the URL, because there are five.
 */
export async function openDatabase(
  { config, sources }: Pick<CommandLine, 'config' | 'sources'>,
  options: Omit<OpenOptions, 'url' | 'poolSize'>,
): Promise<Db> {
  try {
    const openDb = config.read_only ? openReadOnly : open;
    return await openDb({ url: config.database, poolSize: config.pool_size, ...options });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const source = sources.database ?? 'the default database';
    if (error instanceof UnusableDatabase) throw new BadSetting(`${source}: ${message}`);
    // Most likely the database of the Python server, whose variables this program reads too.
    if (!anotherProgram.test(code ?? '') && !anotherProgram.test(message)) throw error;
    throw new BadSetting(`${source}: another program has its tables in this database (${message}); use an empty one`);
  }
}

/**
 * Errors of the engines when tables of the same names exist, or a table of migrations with other columns. PostgreSQL's messages depend on
 * the language of the server, so its codes are used: duplicate_table and undefined_column.
 */
const anotherProgram = /^(42P07|42703|table .* already exists|no such column: .*|table migrations has no column .*)$/;

/** The user at the command line, as the audit log names them. */
export function operator(): Actor {
  return { name: userInfo().username, verified: true, address: null, door: 'command', request: null };
}

/** The seconds of an age like 180d or 3y (of 365 days) in a flag. Throws `BadSetting`, also for more than `longest` seconds. */
export function readAge(flag: string, age: string, longest = longestAge): number {
  const years = /^(\d{1,3})y$/.exec(age)?.[1];
  const seconds = /[smhdw]$/.test(age) ? parseDuration(age) : years === undefined ? null : Number(years) * 365 * 86_400;
  if (seconds === null || seconds === 0) {
    throw new BadSetting(`--${flag}: '${age}' must be an age like 180d, 26w, 12h or 3y`);
  }
  if (seconds > longest) {
    const days = longest / 86_400;
    throw new BadSetting(`--${flag}: '${age}' must be at most ${days < 365 ? `${days}d` : `${days / 365}y`}`);
  }
  return seconds;
}

/** How a command ended: its exit code, and a closing sentence unless everything has been printed. */
interface Ending {
  text?: string;
  exitCode: number;
}

/**
 * Runs a command on the database that the settings name and prints how it ended. Returns the exit code. Throws
 * `BadSetting` as `openDatabase` does, and if the settings allow no writes and the command is not `readOnly`. A command that
 * writes a row or two can work `beside` the server on a SQLite file; one that can be repeated writes in `bulk`. Only commands that
 * fill a database create one (`mustExist: false`).
 */
export async function withDatabase(
  { config, sources }: CommandLine,
  work: (db: Db) => Promise<Ending>,
  { readOnly = false, beside = false, bulk = false, mustExist = true } = {},
): Promise<number> {
  if (config.read_only && !readOnly) {
    throw new BadSetting(`${sources.read_only}: this command writes to the database; run it without`);
  }
  const opened = { config: { ...config, read_only: readOnly }, sources };
  return printEnding(async () => {
    const db = await openDatabase(opened, { now: () => Date.now() * 1000, beside, bulk, mustExist });
    const { text, exitCode } = await work(db).finally(() => db.close());
    return { exitCode, ...(text !== undefined && { text: `${db.label}: ${text}` }) };
  });
}

/** Does some work and prints how it ended. Returns the exit code: 1 for errors of the known kinds, whose message is a sentence. */
export async function printEnding(
  work: () => Promise<Ending>,
  known: (new (message: string) => Error)[] = [UnavailableDatabase],
): Promise<number> {
  try {
    const { text, exitCode } = await work();
    if (text !== undefined) process.stdout.write(`${text}\n`);
    return exitCode;
  } catch (error) {
    if (!known.some((kind) => error instanceof kind)) throw error;
    process.stderr.write(`paddles: ${(error as Error).message}\n`);
    return 1;
  }
}

/** Milliseconds between two lines of progress. */
const telling = 1000;

/** Returns a listener that prints progress, at most one line per second. */
export function printProgress<Progress>(text: (progress: Progress) => string): (progress: Progress) => void {
  let told = performance.now();
  return (progress) => {
    if (performance.now() - told < telling) return;
    told = performance.now();
    process.stdout.write(`${text(progress)}\n`);
  };
}
