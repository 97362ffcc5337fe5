import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadSetting, type CommandLine } from '../config.ts';
import { plural } from '../core/plural.ts';
import { open, parseDatabaseUrl, UnavailableDatabase, UnusableDatabase } from '../store/db.ts';
import { BackupProblem, copySqlite, dumpPostgres, restorePostgres } from '../store/upkeep/backup.ts';

/** `paddles backup FILE`: copies the database while servers write to it. Returns the exit code. */
export async function backupDatabase(line: CommandLine): Promise<number> {
  const [target, file] = [targetOf(line), fileOf(line)];
  return told(async () => {
    if (target.engine === 'sqlite') await copySqlite(target.path, file);
    else await dumpPostgres(target.url, file);
    return `${target.label}: done: ${file}, ${Math.ceil(statSync(file).size / (1 << 20))} MB`;
  });
}

/** `paddles restore FILE`: fills an empty database from a backup, and brings it up to date. Returns the exit code. */
export async function restoreDatabase(line: CommandLine): Promise<number> {
  const [target, file] = [targetOf(line), fileOf(line)];
  return told(async () => {
    if (target.engine === 'sqlite') await copySqlite(file, target.path);
    else await restorePostgres(target.url, file);
    const db = await open({ url: line.config.database, poolSize: 2, now: () => Date.now() * 1000 });
    const { runs } = await db.kysely
      .selectFrom('runs')
      .select(({ fn }) => fn.countAll<number>().as('runs'))
      .executeTakeFirstOrThrow()
      .finally(() => db.close());
    return `${target.label}: done: ${plural(runs, 'run')}`;
  });
}

function targetOf({ config, sources }: CommandLine): ReturnType<typeof parseDatabaseUrl> {
  try {
    return parseDatabaseUrl(config.database);
  } catch (error) {
    throw new BadSetting(`${sources.database ?? 'the default database'}: ${(error as Error).message}`);
  }
}

function fileOf({ operands: [file = ''] }: CommandLine): string {
  return resolve(file);
}

/** Prints how it ended: exit code 1 with a sentence when it could not be done. */
async function told(work: () => Promise<string>): Promise<number> {
  try {
    process.stdout.write(`${await work()}\n`);
    return 0;
  } catch (error) {
    const known = [BackupProblem, UnavailableDatabase, UnusableDatabase].some((kind) => error instanceof kind);
    if (!known) throw error;
    process.stderr.write(`paddles: ${(error as Error).message}\n`);
    return 1;
  }
}
