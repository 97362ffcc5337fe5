/**
 * Every regular expression of the server and the dashboard takes linear time. Each is run on texts made of pieces that it matches. The
 * expressions are read from the source, so that new ones are tested automatically.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** The longest text that an expression is applied to: a URL, or a text in a list. A quadratic expression takes half a second for it. */
const length = 16 << 10;
/** Milliseconds of processor time. A linear expression takes less than one. */
const patience = 10;
const tries = 3;

interface Expression {
  place: string;
  regex: RegExp;
  /** True for an expression of `split`, which is matched at every position. */
  everywhere: boolean;
}

type Syntax = { type?: string; [key: string]: unknown };

/** The expressions of a file. Computed parts of a template count as a letter. */
function expressionsIn(file: string): Expression[] {
  const found: Expression[] = [];
  const add = (pattern: string, flags: string, everywhere: boolean) =>
    found.push({ place: `${file}: /${pattern}/${flags}`, regex: new RegExp(pattern, flags), everywhere });
  const walk = (node: unknown, parent: Syntax): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const one of node) walk(one, parent);
      return;
    }
    const syntax = node as Syntax;
    const { regex, callee } = syntax as { regex?: { pattern: string; flags: string }; callee?: { name?: string } };
    if (regex !== undefined) {
      const method = (parent.callee as { property?: { name?: string } } | undefined)?.property?.name;
      add(regex.pattern, regex.flags, method === 'split');
      return;
    }
    if (callee?.name === 'RegExp') add(...computed(syntax.arguments as Syntax[]), false);
    for (const child of Object.values(syntax)) walk(child, syntax);
  };
  walk(parseAst(readFileSync(join(root, file), 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts' }), {});
  return found;
}

function computed([pattern, flags]: Syntax[]): [string, string] {
  const quasis = pattern?.quasis as { value: { cooked: string } }[] | undefined;
  const text = quasis?.map(({ value }) => value.cooked).join('x') ?? pattern?.value;
  if (typeof text !== 'string') throw new Error('a computed expression is written as a template');
  return [text, String(flags?.value ?? '')];
}

/** The characters that an expression distinguishes: those in it, and one of each class. */
function lettersOf({ source }: RegExp): string[] {
  const written = source.replace(/\\[a-zA-Z]|\\x..|\(\?<?[:=!]/g, '').match(/[^\\()[\]{}|^$+?]/g) ?? [];
  return [
    ...new Set([...written.slice(0, 10), 'a', 'A', '0', ' ', '\n', '"', '\\', '(', '[', '{', '-', '_', '.', 'é']),
  ];
}

/** Texts that an expression matches in part: its literals, some matches, and the beginnings of a match. */
function piecesOf(regex: RegExp): string[] {
  const literals = regex.source.match(/(?:[\w ,:"'=@<>/-]|\\[[\](){}/.?+*])+/g) ?? [];
  const pieces = literals.map((text) => text.replace(/\\(.)/g, '$1')).filter((text) => text.length > 1);
  const [shortest = ''] = matchesOf(regex).sort((a, b) => a.length - b.length);
  const beginnings = Array.from({ length: Math.min(shortest.length, 16) }, (_, at) => shortest.slice(0, at + 1));
  const all = [...pieces.slice(0, 8), ...matchesOf(regex).map((text) => text.slice(0, 80)), ...beginnings];
  return [...new Set(all)].filter((text) => text !== '');
}

function matchesOf({ source, flags }: RegExp): string[] {
  // The generator would not terminate for such a class.
  if (/\\0|\\x|\\[pP]{/.test(source)) return [];
  // Lookarounds cannot be generated. Matches of the expression without them are similar enough.
  const plain = source.replace(/\(\?<?[=!][^()]*\)/g, '').replace(/\\b/g, '');
  try {
    return fc.sample(fc.stringMatching(new RegExp(plain, flags.replace(/[gi]/g, ''))), { seed: 1, numRuns: 6 });
  } catch {
    return [];
  }
}

/** A text of about this length. */
type Hostile = (length: number) => string;

function* hostileTexts(regex: RegExp): Generator<Hostile> {
  const [letters, pieces] = [lettersOf(regex), piecesOf(regex)];
  const fill = (unit: string, length: number) => unit.repeat(Math.max(1, Math.floor(length / unit.length)));
  for (const unit of [...letters, ...pieces]) {
    for (const end of ['', '\0', '!', 'a', ' x']) yield (length) => fill(unit, length) + end;
    for (const letter of letters) {
      yield (length) => `${unit}${fill(letter, length)}\0`;
      yield (length) => `${fill(unit + letter, length)}\0`;
    }
  }
  for (const piece of pieces.slice(0, 12)) {
    for (const letter of letters) yield (length) => `${fill(piece + letter.repeat(20), length)}\0`;
    for (const letter of letters) yield (length) => `${fill(piece, length / 2)}${fill(letter, length / 2)}\0`;
  }
}

/** The first text that takes too long, and its time. A short text is tried first, for which a linear expression takes 0.025 ms. */
function slowText({ regex, everywhere }: Expression): string | undefined {
  for (const hostile of hostileTexts(regex)) {
    if (timeOf(regex, everywhere, hostile(length / 8), 0.15) <= 0.15) continue;
    const text = hostile(length);
    const time = timeOf(regex, everywhere, text, patience);
    if (time > patience) return `${Math.round(time)} ms for ${JSON.stringify(text.slice(0, 60))}…`;
  }
  return undefined;
}

/** The shortest processor time of an expression for a text, in milliseconds. Stops early at twenty times `enough`. */
function timeOf(regex: RegExp, everywhere: boolean, text: string, enough: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < tries && least > enough && (run === 0 || least < 20 * enough); run++) {
    const start = process.threadCpuUsage();
    regex.lastIndex = 0;
    if (everywhere) text.split(regex);
    else if (regex.global) text.replace(regex, '');
    else regex.exec(text);
    least = Math.min(least, process.threadCpuUsage(start).user / 1000);
  }
  return least;
}

const files = globSync('{src,web/src}/**/*.{ts,tsx}', { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file));
const expressions = files.flatMap(expressionsIn);

test('the expressions of both parts are found', () => {
  for (const part of ['src/core/', 'src/http/', 'src/store/', 'web/src/'])
    expect([part, expressions.filter(({ place }) => place.startsWith(part)).length > 5]).toEqual([part, true]);
});

test('a quadratic expression is detected', () => {
  for (const regex of [/\s+$/, /[^/]*$/, /(\d+)([smh])/g, /cluster \[(\w+)\]\s+(.*?)"? in cluster log"?$/s]) {
    expect([regex, slowText({ place: '', regex, everywhere: false })]).toEqual([regex, expect.any(String)]);
  }
});

test('no expression takes long for a hostile text', () => {
  // An expression without repetition examines each position once.
  const repeating = expressions.filter(({ regex }) => /[*+{]/.test(regex.source));
  expect(repeating.length).toBeGreaterThan(expressions.length / 4);
  const slow = repeating.flatMap((expression) => {
    const text = slowText(expression);
    return text === undefined ? [] : `${expression.place} takes ${text}`;
  });
  expect(slow).toEqual([]);
});
