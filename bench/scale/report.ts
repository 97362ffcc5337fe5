import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { bounds } from './catalog.ts';
import type { Timing } from './measure.ts';

/** What was measured of one request at one size; 16 clients are absent where one is enough. */
export interface Cell {
  one: Timing;
  many: Timing | null;
  /** The longest time without a turn of the server's event loop while one client asked, in milliseconds; not of writes. */
  blockMs?: number;
  /** How much the server's memory rose above all that it ever was, in bytes. */
  roseBytes?: number;
}

/** One line: a cell for each size, and for writes the empty database. */
export interface Line {
  title: string;
  cells: Cell[];
  bound?: keyof typeof bounds | undefined;
  /** It asks for all there is. */
  whole?: boolean;
  /** Of a write: what it took in an empty database. */
  empty?: Cell;
}

/** Everything that was measured on one engine. */
export interface EngineResult {
  title: string;
  sizes: number[];
  lines: Line[];
  /** One for each size. */
  notes: string[];
}

/** Growth that is allowed when there are ten times as many jobs, and for writes against an empty database. */
const mostGrowth = 1.3;
const mostWriteGrowth = 1.2;
/** Below this, in milliseconds, a difference is the noise of the machine. */
const noise = 0.3;
/** The longest that one request may keep all others waiting, in milliseconds. */
export const mostBlock = 50;

/** What is wrong with a line; empty when nothing is. */
export function misses({ cells, bound, whole, empty }: Line): string[] {
  const [before, last] = [cells.at(-2)?.one, cells.at(-1)?.one];
  if (!last) return [];
  const found = cells.flatMap(({ one, many }) => [one.problem, many?.problem ?? null]).filter((text) => text !== null);
  if (bound !== undefined && last.medianMs > bounds[bound]) found.push(`over ${bounds[bound]} ms`);
  const block = cells.at(-1)?.blockMs ?? 0;
  if (block > mostBlock) found.push(`blocks ${Math.round(block)} ms`);
  if (empty && grew(empty.one, last) > mostWriteGrowth) found.push(`×${grew(empty.one, last).toFixed(2)} of empty`);
  if (!empty && before && grew(before, last) > mostGrowth) {
    const answers = last.bytes / Math.max(before.bytes, 1);
    const asAnswer = grew(before, last) <= answers * mostGrowth;
    if (whole) found.push('grows as what it asks for');
    else found.push(asAnswer ? `grows as its answer (×${answers.toFixed(1)})` : 'grows');
  }
  return [...new Set(found)];
}

/** True when a miss is more than a request that asks for more, or an answer that has become longer. */
export function isMissed(line: Line): boolean {
  return misses(line).some((text) => !text.startsWith('grows as'));
}

function grew(before: Timing, after: Timing): number {
  return after.medianMs - before.medianMs < noise
    ? Math.min(1, after.medianMs / before.medianMs)
    : ratio(before, after);
}

function ratio(before: Timing, after: Timing): number {
  return after.medianMs / Math.max(before.medianMs, 0.01);
}

/** The results of one engine as Markdown. */
export function markdown({ title, sizes, lines, notes }: EngineResult): string {
  const head = [
    'request',
    ...(lines.some(({ empty }) => empty) ? ['empty'] : []),
    ...sizes.flatMap((size) => [`${short(size)}: 1 client`, '16 clients']),
    'answer',
    'block',
    'growth',
    'bound',
    '',
  ];
  const hasEmpty = head.includes('empty');
  const rows = lines.map((line) => {
    const { cells, bound, empty } = line;
    const [before, last] = [cells.at(-2)?.one, cells.at(-1)?.one];
    const growth = empty ? ratio(empty.one, last!) : before && last ? ratio(before, last) : null;
    const limit = empty ? `×${mostWriteGrowth} of empty` : bound ? `${bounds[bound]} ms` : '';
    return [
      `\`${line.title}\``,
      ...(hasEmpty ? [empty ? times(empty.one) : ''] : []),
      ...cells.flatMap(({ one, many }) => [times(one), many ? times(many) : '']),
      bytes(last?.bytes ?? 0),
      blockOf(cells.at(-1)),
      growth === null ? '' : `×${growth.toFixed(2)}`,
      limit,
      misses(line).join(', ') || 'ok',
    ];
  });
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const missed = lines.filter(isMissed).length;
  const summary = `${lines.length} requests, ${missed} of them miss a bound or grow.`;
  return `## ${title}\n\n${notes.map((note) => `- ${note}`).join('\n')}\n\n${summary}\n\n${table}\n`;
}

function blockOf(cell: Cell | undefined): string {
  return cell?.blockMs === undefined ? '' : milliseconds(cell.blockMs);
}

function times({ medianMs, p99Ms, problem }: Timing): string {
  return problem ?? `${milliseconds(medianMs)} / ${milliseconds(p99Ms)}`;
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : String(Math.round(value));
}

function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} KB` : `${(count / 1e6).toFixed(1)} MB`;
}

function short(size: number): string {
  return size % 1e6 === 0 ? `${size / 1e6}M` : size % 1000 === 0 ? `${size / 1000}k` : String(size);
}

/** Writes the section of one engine; that of the other one stays as it is. */
export function writeSection(path: string, engine: string, text: string): void {
  const [begin, end] = [`<!-- ${engine} begins -->`, `<!-- ${engine} ends -->`];
  const before = existsSync(path) ? readFileSync(path, 'utf8') : introduction;
  const section = `${begin}\n\n${machine()}\n\n${text}\n${end}`;
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  const after = from === -1 || to === -1 ? `${before.trimEnd()}\n\n${section}\n` : '';
  writeFileSync(path, after || before.slice(0, from) + section + before.slice(to + end.length));
}

const introduction = `# How requests take more jobs

Written by \`npm run bench:scale -- --write\`. Each cell is the median and the 99th percentile in milliseconds, over keep-alive connections
from the same machine. Every request asks for another run, job or node than the one before, all over the database. Growth compares the
medians of one client at the two largest sizes; it may be ×${mostGrowth}, and differences below ${noise} ms count as noise. Bounds are for
a million jobs. A block is the longest time without a turn of the event loop while one client asked. The server's clock stands where the data ends. 14 days hold 34,000 jobs, and the server keeps the last 20 run pages: below
that, at 10,000 jobs, what asks for either is faster than it can stay.
`;

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
