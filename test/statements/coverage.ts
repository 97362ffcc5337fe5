/** Finds the functions of the store that build statements and have not been called. */
import { globSync, readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join, posix } from 'node:path';
import { parseAst } from 'vitest/node';
import type { Engine } from '../helpers/engines.ts';

const root = join(import.meta.dirname, '../..');

/** Matches the code of a function that builds or sends a statement. */
const makes =
  /\.(selectFrom|insertInto|updateTable|deleteFrom|executeQuery)\(|sql(<[^`]*>)?`|['"`](select|insert|update|delete|with) /;

/**
 * Functions, files and folders that are not expected. One function runs while its file is loaded, others on one engine only. Commands
 * that copy or examine a whole database must read all of it, and are tested in test/takeover and test/contracts/backup.test.ts. Unlike
 * the data of test/api/nodes.test.ts, this data has no burst of failures.
 */
const notHere: Record<Engine['name'], readonly string[]> = {
  sqlite: [
    'takeover/',
    'upkeep/backup',
    'upkeep/doctor',
    'pages/node-suspects.ts runsAt',
    'write/job-sql.ts upsertText',
    'write/follow.ts observePostgres',
    'write/live.ts notify',
    'write/live.ts listenTo',
    'engine/postgres-start',
  ],
  postgres: [
    'takeover/',
    'upkeep/backup',
    'upkeep/doctor',
    'pages/node-suspects.ts runsAt',
    // For restoring a backup.
    'engine/postgres-start.ts hasTables',
    'engine/sqlite-watch',
    'write/follow.ts observeSqlite',
    'write/job-sql.ts upsertText',
  ],
};

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/**
 * Records which functions are called. `uncalled` returns those that build statements and were not called, as `path function`
 * with the path below `src/store`. Throws when it finds no such function.
 */
export async function watchStore(engine: Engine['name']): Promise<{ uncalled(): Promise<string[]> }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    async uncalled() {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      session.disconnect();
      const called = new Set(
        result.flatMap(({ url, functions }) => {
          const [, file] = /\/src\/store\/([\w/-]+\.ts)/.exec(url) ?? [];
          const counted = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
          return file === undefined ? [] : counted.map(({ functionName }) => `${file} ${functionName}`);
        }),
      );
      const all = statementFunctions();
      if (!all.some((name) => called.has(name))) throw new Error('no function of the store was found and called');
      const expected = all.filter(
        (name) =>
          !notHere[engine].some((one) => name === one || name.startsWith(one.endsWith('/') ? one : `${one}.ts `)),
      );
      return expected.filter((name) => !called.has(name));
    },
  };
}

function statementFunctions(): string[] {
  return globSync('src/store/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const { body } = parseAst(text, { lang: 'ts' }, path) as unknown as { body: Node[] };
      const functions = body
        .map((node) => (node.declaration ?? node) as Node)
        .filter(({ type, start, end }) => type === 'FunctionDeclaration' && makes.test(text.slice(start, end)));
      return functions.map(({ id }) => `${posix.relative('src/store', path)} ${(id as { name?: string }).name}`);
    })
    .sort();
}
