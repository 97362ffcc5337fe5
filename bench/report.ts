/** RESULTS.md and SCALE.md: tables between marks, one for each engine; what stands outside them is kept. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { plural } from '../src/core/plural.ts';
import { budgets } from '../test/statements/catalog/catalog.ts';
import { type Line, milliseconds, type Options } from './bench.ts';
import { type Measured, titleOf } from './parts/size.ts';

const quantities = [
  'Writes',
  'Takeover',
  'Size',
  'Bodies',
  'Event loop',
  'Memory',
  'Against the bare engine',
  'Truth',
  'Logs',
];
const columns = ['quantity', 'what', 'budget', 'measured', '', 'remarks', 'when'];

/** The lines of one engine for the terminal. */
export function terminalTable(title: string, lines: Line[]): string {
  return `\n${title}\n\n${table([columns.slice(0, 6), ...lines.map(cells)])}\n`;
}

/** Rows in columns as wide as they need to be. */
export function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function cells({ quantity, what, budget, measured, ok, remarks = '' }: Line): string[] {
  return [quantity, what, budget, measured, ok === null ? '' : ok ? 'met' : '**missed**', remarks];
}

/** Writes what was measured of an engine into RESULTS.md; lines of other parts stay as they are, with their own date. */
export function writeResults(title: string, lines: Line[], { rounds, seconds }: Options): void {
  const old = section('RESULTS.md', title)
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line));
  const rows = new Map(old.map((line) => [line.split(' | ')[1], line]));
  for (const line of lines) rows.set(line.what, `| ${[...cells(line), today()].join(' | ')} |`);
  const order = (line: string) => quantities.indexOf(line.split(' | ')[0]!.slice(2));
  const sorted = [...rows.values()].sort((a, b) => order(a) - order(b));
  const how = `${machine()}; ${plural(rounds, 'round')} of ${plural(seconds, 'second')}; load average at the end ${(loadavg()[1] ?? 0).toFixed(1)}.`;
  write(
    'RESULTS.md',
    title,
    `${how}\n\n| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}\n${sorted.join('\n')}`,
  );
}

/** Writes every request of an engine, at every size, into SCALE.md. */
export function writeScale(title: string, sizes: number[], all: Measured[], notes: string[]): void {
  const heads = [
    'request',
    'budget',
    ...sizes.map((jobs) => `${jobs.toLocaleString('en')} jobs`),
    'answer',
    'block',
    '',
  ];
  const rows = all.map((one) => {
    const budget = budgets[one.asked.kind];
    const last = one.cells.at(-1)!;
    const times = one.cells.map(({ seen }) => `${milliseconds(seen.medianMs)} (${milliseconds(seen.p99Ms)})`);
    const verdict = budget === null ? '' : last.seen.medianMs <= budget ? 'met' : '**missed**';
    const size =
      last.seen.bytes < 1e6 ? `${(last.seen.bytes / 1000).toFixed(1)} KB` : `${(last.seen.bytes / 1e6).toFixed(1)} MB`;
    return [
      `\`${titleOf(one)}\``,
      budget === null ? '' : `${budget} ms`,
      ...times,
      size,
      milliseconds(last.blockMs),
      verdict,
    ];
  });
  const table = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  write(
    'SCALE.md',
    title,
    `${machine()}; ${today()}.\n\n${notes.map((note) => `- ${note}`).join('\n')}\n\n${table.join('\n')}`,
  );
}

/** One engine has one section, whatever its version. */
function marks(title: string): [begin: string, end: string] {
  const name = title.split(' ')[0]!;
  return [`<!-- ${name} begins -->`, `<!-- ${name} ends -->`];
}

function path(file: string): string {
  return join(import.meta.dirname, file);
}

function section(file: string, title: string): string {
  const [begin, end] = marks(title);
  const text = existsSync(path(file)) ? readFileSync(path(file), 'utf8') : '';
  return text.includes(begin) ? text.split(begin)[1]!.split(end)[0]! : '';
}

function write(file: string, title: string, content: string): void {
  const [begin, end] = marks(title);
  const text = existsSync(path(file)) ? readFileSync(path(file), 'utf8') : '';
  const [before, after] = text.includes(begin) ? [text.split(begin)[0], text.split(end)[1]] : [`${text}\n`, '\n'];
  writeFileSync(path(file), `${before}${begin}\n\n## ${title}\n\n${content}\n\n${end}${after}`);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
