import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Figure } from './figures.ts';
import type { Options } from './options.ts';

/** The results of one engine. */
export interface EngineFigures {
  title: string;
  figures: Figure[];
}

const columns = ['what', 'server', 'limit', 'ratio', 'target', '', 'the limit is', 'remarks', 'measured'];

/** The results as a table for the terminal. */
export function terminalTable({ title, figures }: EngineFigures): string {
  const rows = [columns.slice(0, 8), ...figures.map(cells)];
  const widths = columns.slice(0, 8).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `\n${title}\n\n${lines.join('\n')}\n`;
}

/**
 * Writes the results file. Lines that were not measured this time stay as they are, with their own date: a long soak
 * need not be repeated for every change of one read.
 */
export function writeResults(path: string, results: EngineFigures[], options: Options): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const today = new Date().toISOString().slice(0, 10);
  const sections = ['SQLite', 'PostgreSQL'].map((engine) => {
    const result = results.find(({ title }) => title.startsWith(engine));
    const heading = result?.title ?? new RegExp(`^## (${engine}.*)$`, 'm').exec(before)?.[1] ?? engine;
    const lines = oldLines(before, engine);
    for (const figure of result?.figures ?? []) lines.set(figure.what, `| ${[...cells(figure), today].join(' | ')} |`);
    if (lines.size === 0) return '';
    return `\n## ${heading}\n\n| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}\n${[...lines.values()].join('\n')}\n`;
  });
  writeFileSync(path, `${introduction(options)}${sections.join('')}`);
}

function cells({ what, server, limit, ratio, target, pass, limitTitle, note }: Figure): string[] {
  const verdict = pass === null ? '' : pass ? 'pass' : 'MISS';
  return [what, server, limit, ratio, target, verdict, limitTitle, note];
}

/** The lines of one engine's table by their first cell. */
function oldLines(text: string, engine: string): Map<string, string> {
  const section = text.split(/^## /m).find((part) => part.startsWith(engine)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what '));
  return new Map(lines.map((line) => [line.split(' | ')[0]!.slice(2), line]));
}

function introduction({ rounds, seconds }: Options): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `# Benchmark results

Written by \`npm run bench\`; what is measured and how: README.md beside this file. Every figure stands beside its limit on
the same machine in the same minutes: trust the ratios.

Machine: ${cpus().length} × ${model}, ${memory}, Node ${process.versions.node}. Medians of ${rounds} rounds of ${seconds} seconds,
8 clients in one process of their own. Load average at the end of the last run: ${(loadavg()[1] ?? 0).toFixed(1)} (the benchmark itself
makes 2 to 3; much more means that other programs were busy, and that the figures need to be taken again).
`;
}
