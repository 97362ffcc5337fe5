import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { BadSetting, type CommandLine } from '../../config.ts';
import { plural } from '../../core/plural.ts';
import { parseQuery } from '../../core/query.ts';
import { type Db, UnavailableDatabase } from '../../store/db.ts';
import { matchingRuns } from '../../store/pages/run-query.ts';
import { type Cell, type ColumnType, viewColumns, viewRows } from '../../store/takeover/rows.ts';
import { writeTables } from '../../store/takeover/tables.ts';
import { openDatabase } from '../database.ts';
import { readSwitch, replay } from './replay.ts';

const formats = ['ndjson', 'csv', 'parquet'] as const;

/** The exit code that shells report for SIGPIPE. */
const brokenPipe = 141;

/** `paddles export`: writes the content of the database to a file, or its changes to an old server. Returns the exit code. */
export async function exportDatabase(line: CommandLine): Promise<number> {
  const to = line.flags.to ?? '-';
  const since = readSwitch(line.flags.since, /^https?:/.test(to));
  const wanted = readWanted(line, to);
  try {
    // Read-only, because a server can be using the database.
    const config = { ...line.config, read_only: true };
    const db = await openDatabase({ ...line, config }, { now: () => Date.now() * 1000 });
    try {
      if (since !== null) return await replay(db, { since, to });
      const rows = await (wanted.format === 'ndjson' ? writeEverything(db, to) : writeTable(db, wanted));
      process.stderr.write(`${db.label}: exported ${plural(rows, 'row')}\n`);
      return 0;
    } finally {
      await db.close();
    }
  } catch (error) {
    if (error instanceof UnavailableDatabase) {
      process.stderr.write(`paddles: ${error.message}\n`);
      return 1;
    }
    const { syscall, code, message } = error as NodeJS.ErrnoException;
    // main.ts reports errors of standard output.
    if (to === '-' && syscall === 'write') return code === 'EPIPE' ? brokenPipe : 1;
    if (syscall === 'open' || syscall === 'write') throw new BadSetting(`--to: ${to} cannot be written: ${message}`);
    throw error;
  }
}

/** Reads the flags. Throws `BadSetting` if they contradict each other. */
function readWanted({ flags }: CommandLine, to: string) {
  const { format = 'ndjson', what = 'jobs', filter } = flags;
  const known = formats.find((one) => one === format);
  if (!known) throw new BadSetting(`--format: '${format}' must be one of ${formats.join(', ')}`);
  if (what !== 'runs' && what !== 'jobs') throw new BadSetting(`--what: '${what}' must be runs or jobs`);
  if (known === 'ndjson' && (filter !== undefined || flags.what !== undefined)) {
    throw new BadSetting('--filter and --what need --format csv or parquet; ndjson exports everything');
  }
  if (known === 'parquet' && to === '-') throw new BadSetting('--format parquet needs --to FILE');
  const { query, problems } = parseQuery(filter ?? '', 'runs');
  if (problems[0]) throw new BadSetting(`--filter: ${problems[0].message}`);
  return { format: known, what, query, to } as const;
}

function writeEverything(db: Db, to: string): Promise<number> {
  return withOutput(to, (send) => writeTables(db, (line) => send(`${JSON.stringify(line)}\n`)));
}

async function writeTable(db: Db, { format, what, query, to }: ReturnType<typeof readWanted>): Promise<number> {
  const matching = await matchingRuns(db, query, { now: Date.now(), zone: 'UTC' });
  const runs = await matching.select('runs.id').orderBy('runs.id').execute();
  const ids = runs.map(({ id }) => id);
  const [columns, rows] = [viewColumns[what], viewRows(db, what, ids)];
  if (format === 'parquet') return writeParquet(to, columns, rows);
  return withOutput(to, (send) => writeCsv(send, columns, rows));
}

/** Opens a file, or standard output for `-`, and closes it after `work`. */
async function withOutput<T>(path: string, work: (send: Send) => Promise<T>): Promise<T> {
  const output = path === '-' ? process.stdout : createWriteStream(path);
  let failure: Error | undefined;
  output.once('error', (error) => {
    failure = error;
  });
  const result = await work(async (text) => {
    if (failure) throw failure;
    if (!output.write(text)) await once(output, 'drain');
  });
  if (output !== process.stdout) await finished(output.end());
  else await new Promise<void>((resolve, reject) => output.write('', (error) => (error ? reject(error) : resolve())));
  if (failure) throw failure;
  return result;
}

/** The columns of a table. */
type Columns = [name: string, type: ColumnType][];

/** Rows in batches. */
type Rows = AsyncIterable<Cell[][]>;

/** Writes text to a file. Resolves when the file can take more, rejects if it cannot be written. */
type Send = (text: string) => Promise<void>;

/**
 * Writes CSV (RFC 4180) with a header line, and returns the number of rows. A text that begins like a formula gets an apostrophe,
 * because spreadsheets would evaluate it.
 */
async function writeCsv(send: Send, columns: Columns, rows: Rows): Promise<number> {
  await send(csvLine(columns.map(([name]) => name)));
  let count = 0;
  for await (const some of rows) {
    count += some.length;
    await send(some.map(csvLine).join(''));
  }
  return count;
}

function csvLine(values: Cell[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: Cell): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const parquetTypes = { text: 'STRING', integer: 'INT64', boolean: 'BOOLEAN', time: 'TIMESTAMP' } as const;

/** Rows of a row group. A group is in memory as a whole, and readers read or skip it as a whole. */
const rowGroupSize = 10_000;

/** Writes a Parquet file and returns the number of rows. Times are milliseconds in UTC. */
async function writeParquet(path: string, columns: Columns, rows: Rows): Promise<number> {
  let count = 0;
  const records = async function* () {
    for await (const some of rows) {
      count += some.length;
      for (const row of some)
        yield Object.fromEntries(columns.map(([name], at) => [name, parquetCell(row[at] ?? null)]));
    }
  };
  const typed = columns.map(([name, type]) => ({ name, type: parquetTypes[type] }));
  await parquetWriteRows({ writer: fileWriter(path), rows: records(), columns: typed, rowGroupSize });
  return count;
}

function parquetCell(value: Cell): Exclude<Cell, number> | bigint {
  return typeof value === 'number' ? BigInt(value) : value;
}
