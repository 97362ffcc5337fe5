/** Which functions of the store make statements, and which of them have been called. */
import { globSync, readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join, posix } from 'node:path';
import { parseAst } from 'vitest/node';
import type { Engine } from '../helpers/engines.ts';

const root = join(import.meta.dirname, '../..');

/** What a function that makes or sends a statement calls or says. */
const makes =
  /\.(selectFrom|insertInto|updateTable|deleteFrom|executeQuery)\(|sql(<[^`]*>)?`|['"`](select|insert|update|delete|with) /;

/** One runs when its file is loaded, before anybody watches; the others speak of PostgreSQL alone. */
const notHere: Record<Engine['name'], readonly string[]> = {
  sqlite: [
    'write/job-sql.ts upsertText',
    'write/follow.ts observePostgres',
    'write/live.ts notify',
    'engine/postgres.ts checkVersion',
  ],
  postgres: ['write/follow.ts observeSqlite', 'write/job-sql.ts upsertText'],
};

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/**
 * Notes which functions are called until `uncalled` answers those that make statements and were not, as `path function`
 * with the path below `src/store`. Throws when it finds no such function at all.
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
      return all.filter((name) => !called.has(name) && !notHere[engine].includes(name));
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
