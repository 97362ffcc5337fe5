/** RESULTS.md and SCALE.md: tables between marks, one for each engine; what stands outside them is kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { plural } from '../src/core/plural.ts';
import { type Line, type Options, quantities } from './bench.ts';

const columns = ['quantity', 'what', 'budget', 'measured', '', 'remarks', 'when'];

/** The lines of one engine for the terminal, in columns as wide as they need to be. */
export function terminalTable(title: string, lines: Line[]): string {
  const rows = [columns.slice(0, 6), ...lines.map(cells)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const padded = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return `\n${title}\n\n${padded.map((line) => line.trimEnd()).join('\n')}\n\n`;
}

function cells({ quantity, what, budget, measured, ok, remarks = '' }: Line): string[] {
  return [quantity, what, budget, measured, ok === null ? '' : ok ? 'met' : '**missed**', remarks];
}

/** Writes what was measured of an engine into RESULTS.md; lines of other parts stay as they are, with their own date. */
export function writeResults(title: string, lines: Line[], { rounds, seconds }: Options): void {
  inSection('RESULTS.md', title, (old) => {
    const kept = old.split('\n').filter((line) => /^\| [A-Z]/.test(line));
    const rows = new Map(kept.map((line) => [line.split(' | ')[1], line.slice(2, -2).split(' | ')]));
    for (const line of lines) rows.set(line.what, [...cells(line), today()]);
    const order = ([quantity]: string[]) => quantities.indexOf(quantity as Line['quantity']);
    const sorted = [...rows.values()].sort((a, b) => order(a) - order(b));
    const load = (loadavg()[1] ?? 0).toFixed(1);
    const how = `${plural(rounds, 'round')} of ${plural(seconds, 'second')}; load average at the end ${load}`;
    return `${machine()}; ${how}.\n\n${markdown([columns, ...sorted])}`;
  });
}

/** Writes every request of an engine, at every size, into SCALE.md. */
export function writeScale(title: string, rows: string[][], notes: string[]): void {
  const list = notes.map((note) => `- ${note}`).join('\n');
  inSection('SCALE.md', title, () => `${machine()}; ${today()}.\n\n${list}\n\n${markdown(rows)}`);
}

function markdown([heads, ...rows]: string[][]): string {
  const line = (row: string[]) => `| ${row.join(' | ')} |`;
  return [line(heads!), `|${'---|'.repeat(heads!.length)}`, ...rows.map(line)].join('\n');
}

/** Replaces the section of an engine, whatever its version, or adds one. */
function inSection(file: string, title: string, change: (old: string) => string): void {
  const path = join(import.meta.dirname, file);
  const text = readFileSync(path, 'utf8');
  const name = title.split(' ')[0]!;
  const [begin, end] = [`<!-- ${name} begins -->`, `<!-- ${name} ends -->`];
  const [before, rest] = text.includes(begin) ? text.split(begin) : [`${text}\n`, `${end}\n`];
  const [old, after] = rest!.split(end);
  writeFileSync(path, `${before}${begin}\n\n## ${title}\n\n${change(old!)}\n\n${end}${after}`);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
