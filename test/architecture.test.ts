/**
 * Checks that imports comply with `deps.json` and form no circles, that files and functions are not too long, and that every export
 * has a doc comment.
 *
 * A key of `rules` is a file, `folder/*` (the files directly in it) or `folder/**` (everything below); a file belongs to the
 * closest one. Files of one key may import each other. Everything else must be in the lists of the key, as another key or as the name
 * of a package: `imports` allows any import, `types` only `import type`, `lazily` only `import()`. Unit tests in `src` and `demo` may
 * import anything in these two (those of `src` only `src`) and any package; those of `web` also `test/helpers`. `exceptions` gives the
 * reason for each `path` over 300 lines and each `path#function` over 60. Unused entries of both lists are failures too.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
// The parser that vitest itself uses, because that of TypeScript 7 is only exported as `unstable`.
import { parseAst } from 'vitest/node';

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

interface Source {
  path: string;
  text: string;
  program: Node;
}

interface Import {
  /** A path from the root of the repository, the name of a package, or null if it is computed at run time. */
  target: string | null;
  kind: Kind;
  at: number;
}

type Kind = 'imports' | 'types' | 'lazily';
type Rule = Partial<Record<Kind, string[]>>;

const root = join(import.meta.dirname, '..');
const depsText = readFileSync(join(root, 'deps.json'), 'utf8');
const deps = JSON.parse(depsText) as {
  rules: Record<string, Rule>;
  exceptions: Record<string, string>;
};
const folders = ['src', 'demo', 'web', 'test', 'bench', 'bin'];
const foreign = ['**/node_modules/**'];
const sources = folders
  .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,mjs}`, { cwd: root, exclude: foreign }).sort())
  .map(parse);
const ruled = sources.filter(({ path }) => /^(src|demo|web)\//.test(path));
const production = ruled.filter(({ path }) => !isTest(path) && !path.startsWith('web/'));

test('there is something to check in every folder', () => {
  report(folders.filter((folder) => !sources.some(({ path }) => path.startsWith(`${folder}/`))));
});

test('every import is allowed by deps.json, and deps.json has no unused entry', () => {
  const used = new Set<string>();
  const wrong = ruled.flatMap((source) => wrongImports(source, used));
  report([...wrong, ...staleRules(used)]);
});

test('no imports form a circle, not even for types', () => {
  const imports = new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap(({ target }) => target ?? [])]),
  );
  report(circles(imports));
});

test('no file is longer than 300 lines, no function longer than 60', () => {
  const long = sources.flatMap((source) => [...longFile(source), ...longFunctions(source)]);
  const needed = new Set(long.map(({ name }) => name));
  const reasons = new Map(Object.entries(deps.exceptions));
  report([
    ...long.filter(({ name }) => !reasons.get(name)?.trim()).map(({ line }) => line),
    ...[...reasons.keys()]
      .filter((name) => !needed.has(name))
      .map((name) => `${where('exceptions', name)} stale exception: ${name} is within the limits, or gone`),
  ]);
});

test('every export in src and demo has a doc comment directly above it', () => {
  report(production.flatMap(undocumented));
});

function report(lines: string[]): void {
  if (lines.length > 0) expect.fail(`${lines.length} against the rules\n${[...new Set(lines)].join('\n')}`);
}

function parse(file: string): Source {
  const path = file.replaceAll('\\', '/');
  const text = readFileSync(join(root, file), 'utf8');
  const lang = path.endsWith('.mjs') ? 'js' : path.endsWith('.tsx') ? 'tsx' : 'ts';
  return { path, text, program: parseAst(text, { lang }, path) as unknown as Node };
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** The line of a key of `deps.json`. */
function where(part: keyof typeof deps, key: string): string {
  const at = depsText.indexOf(`${JSON.stringify(key)}:`, depsText.indexOf(`"${part}"`));
  return `deps.json:${lineOf(depsText, at)}`;
}

/** Calls back for every node, with the name that its parent gives it (`const name = …`, `name: …`). */
function visit(node: Node, see: (node: Node, name: string | null) => void, name: string | null = null): void {
  see(node, name);
  const own = nameOf(node.id ?? node.key ?? node.left);
  for (const [field, value] of Object.entries(node)) {
    const given = ['init', 'value', 'right'].includes(field) ? own : null;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, see, given);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}

function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'MemberExpression') return nameOf(node.property);
  const name = node.name ?? node.value;
  return typeof name === 'string' ? name : null;
}

function importsOf({ path, program }: Source): Import[] {
  const found: Import[] = [];
  visit(program, (node) => {
    if (node.type === 'ImportExpression') {
      found.push({ target: targetOf(path, node.source), kind: 'lazily', at: node.start });
    } else if (node.type === 'TSImportType') {
      found.push({ target: targetOf(path, node.source), kind: 'types', at: node.start });
    } else if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && node.source) {
      // `import { type X }` still loads the module at run time; only `import type` does not.
      const kind = node.importKind === 'type' || node.exportKind === 'type' ? 'types' : 'imports';
      found.push({ target: targetOf(path, node.source), kind, at: node.start });
    }
  });
  return found;
}

function targetOf(from: string, source: unknown): string | null {
  const specifier = isNode(source) && source.type === 'Literal' ? source.value : null;
  if (typeof specifier !== 'string') return null;
  if (/^\.{0,2}\//.test(specifier)) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The circles of imports, each once. */
function circles(imports: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (path: string, above: string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' imports '));
    if (above.includes(path) || done.has(path)) return;
    for (const target of imports.get(path) ?? []) follow(target, [...above, path]);
    done.add(path);
  };
  for (const path of imports.keys()) follow(path, []);
  return found;
}

/** The key of `rules` that is closest to a file. */
function keyOf(path: string): string | null {
  const folder = posix.dirname(path);
  const parents = folder.split('/').map((_, depth, names) => names.slice(0, names.length - depth).join('/'));
  const candidates = [path, `${folder}/*`, ...parents.map((parent) => `${parent}/**`)];
  return candidates.find((key) => key in deps.rules) ?? null;
}

/** The imports that no rule allows. Adds the entries that the others use to `used`, as `key kind entry`. */
function wrongImports(source: Source, used: Set<string>): string[] {
  const { path, text } = source;
  const key = keyOf(path);
  if (key === null) return [`${path}:1 no rule in deps.json covers this file`];
  if (!isTest(path)) used.add(key);
  return importsOf(source).flatMap(({ target, kind, at }) => {
    const line = `${path}:${lineOf(text, at)}`;
    if (target?.endsWith('.css')) return [];
    if (target === null) return [`${line} imports what only running it tells: write the path out`];
    const local = /\.(ts|tsx|mjs|js|json)$/.test(target) || target.includes('../');
    if (isTest(path)) {
      const mayReach = path.startsWith('src/')
        ? /^src\//
        : path.startsWith('web/')
          ? /^(src|web|test\/helpers)\//
          : /^(src|demo)\//;
      return local && !mayReach.test(target)
        ? [`${line} imports ${target}, which the tests of its folder may not`]
        : [];
    }
    const entry = local ? (isTest(target) ? null : (keyOf(target) ?? target)) : target;
    if (entry === key) return [];
    const list = (['imports', kind] as const).find((name) => entry && deps.rules[key]?.[name]?.includes(entry));
    if (list === undefined) return [`${line} ${verbOf[kind]} ${target}: ${key} may not (${allowedTo(key)})`];
    used.add(`${key} ${list} ${entry}`);
    return [];
  });
}

const verbOf = { imports: 'imports', types: 'imports types of', lazily: 'imports lazily' };

function allowedTo(key: string): string {
  const lists = Object.entries(deps.rules[key] ?? {}).map(([kind, entries]) => `${kind} ${entries.join(', ')}`);
  return lists.join('; ') || 'it imports nothing';
}

function staleRules(used: Set<string>): string[] {
  return Object.entries(deps.rules).flatMap(([key, rule]) => {
    if (!used.has(key)) return [`${where('rules', key)} stale rule: no file belongs to ${key}`];
    return Object.entries(rule).flatMap(([kind, entries]) =>
      entries
        .filter((entry) => !used.has(`${key} ${kind} ${entry}`))
        .map((entry) => `${where('rules', key)} stale rule: ${key} does not need ${entry} in its ${kind}`),
    );
  });
}

function longFile({ path, text }: Source): { name: string; line: string }[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > 300 ? [{ name: path, line: `${path}:1 a file of ${lines} lines: 300 are the limit` }] : [];
}

/** The functions that are too long. In tests and benchmarks only named functions count, because a `describe` contains all its tests. */
function longFunctions({ path, text, program }: Source): { name: string; line: string }[] {
  const long: { name: string; line: string }[] = [];
  const onlyNamed = isTest(path) || !/^(src|demo|web|bin)\//.test(path);
  visit(program, (node, given) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
    const name = nameOf(node.id) ?? given;
    const first = lineOf(text, node.start);
    const lines = lineOf(text, node.end) - first + 1;
    if (lines <= 60 || (onlyNamed && name === null)) return;
    const id = `${path}#${name ?? 'anonymous'}`;
    long.push({
      name: id,
      line: `${path}:${first} a function of ${lines} lines: 60 are the limit (${id})`,
    });
  });
  return long;
}

/** The exports without a doc comment. One comment is enough for all overloads of a function. */
function undocumented({ path, text, program }: Source): string[] {
  const first = new Map<string, Node>();
  const exported = new Set<string>();
  for (const statement of program.body as Node[]) {
    const isExport = statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
    const declaration = isExport ? statement.declaration : statement;
    const names = isNode(declaration) ? namesOf(declaration) : [];
    for (const name of names) {
      if (!first.has(name)) first.set(name, statement);
      if (isExport) exported.add(name);
    }
    if (isExport && !isNode(declaration) && !statement.source) {
      for (const specifier of statement.specifiers as Node[]) exported.add(nameOf(specifier.local) ?? '');
    }
  }
  return [...exported].flatMap((name) => {
    const at = first.get(name)?.start;
    if (at === undefined || hasDocAbove(text, at)) return [];
    return [`${path}:${lineOf(text, at)} ${name} is exported without a doc comment`];
  });
}

function namesOf(declaration: Node): string[] {
  if (/^(Import|ExportAll)|Statement$/.test(declaration.type)) return [];
  const parts = declaration.type === 'VariableDeclaration' ? (declaration.declarations as Node[]) : [declaration];
  return parts.map((part) => nameOf(part.id) ?? 'default');
}

function hasDocAbove(text: string, at: number): boolean {
  // A line such as `// biome-ignore …` is allowed between the two.
  const above = text.slice(0, at).replace(/(\n[ \t]*\/\/[^\n]*)*\n?[ \t]*$/, '');
  return above.endsWith('*/') && text.startsWith('/**', above.lastIndexOf('/*'));
}
