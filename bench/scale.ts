/** `npm run bench:scale`: what becomes of every request while a database grows (see `--help`). */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Engine, postgresEngine, sqliteEngine } from './engine.ts';
import { privatePostgres } from './private-postgres.ts';
import { allRequests, measureEngine } from './scale/engine-run.ts';
import { help, readOptions, type ScaleOptions } from './scale/options.ts';
import { isMissed, markdown, writeSection } from './scale/report.ts';
import { forgottenRoutes } from './scale/routes.ts';
import { checkSpace } from './scale/space.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: ScaleOptions | null;
  try {
    options = readOptions(args);
    if (options && !existsSync(options.folder)) throw new Error(`--folder: ${options.folder} does not exist`);
    for (const name of options?.engines ?? []) {
      const { folder, sizes, documentBytes, database } = options as ScaleOptions;
      if (database !== '') continue;
      const words = checkSpace(folder, name, sizes.at(-1) ?? 0, documentBytes);
      process.stdout.write(`${name} ${words}\n`);
    }
  } catch (error) {
    process.stderr.write(`bench:scale: ${(error as Error).message}\n`);
    return 2;
  }
  if (options === null) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  return withFolder(options, measureAll);
}

/** The databases of a benchmark that ends in any way are removed, unless they are to be kept. */
async function withFolder(
  options: ScaleOptions,
  work: (options: ScaleOptions, folder: string) => Promise<number>,
): Promise<number> {
  const folder = mkdtempSync(join(options.folder, 'paddles-scale-'));
  // PostgreSQL may run as another user.
  chmodSync(folder, 0o755);
  const keepsFolder = options.keep && options.database === '';
  const remove = () => {
    if (!keepsFolder) rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      remove();
      process.exit(130);
    });
  }
  // Where private servers make their folders.
  process.env.TMPDIR = folder;
  try {
    return await work(options, folder);
  } finally {
    remove();
  }
}

async function measureAll(options: ScaleOptions, folder: string): Promise<number> {
  const forgotten = await forgottenRoutes(allRequests, folder);
  if (forgotten.length > 0) {
    process.stderr.write(`bench:scale: no request for ${forgotten.join(', ')}; add it to bench/scale/catalog-*.ts\n`);
    return 2;
  }
  let missed = false;
  for (const name of options.engines) {
    const postgres = name === 'postgres' ? await privatePostgres() : null;
    try {
      const engine: Engine = postgres
        ? await postgresEngine(postgres.url)
        : sqliteEngine(folder, (path) => rmSync(path, { force: true }));
      const result = await measureEngine(engine, options, folder);
      const text = markdown(result);
      process.stdout.write(`\n${text}\n`);
      if (options.write) writeSection(fileURLToPath(new URL('SCALE.md', import.meta.url)), name, text);
      missed ||= result.lines.some(isMissed);
    } finally {
      await postgres?.stop();
    }
  }
  return missed && options.strict ? 1 : 0;
}
