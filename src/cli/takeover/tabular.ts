/** Runs or jobs as a table in a file: CSV or Parquet. */
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import type { Cell, ColumnType } from '../../store/takeover/rows.ts';

/** The columns of a table. */
export type Columns = [name: string, type: ColumnType][];

/** Takes rows, some at a time, and returns how many there were. */
type Rows = AsyncIterable<Cell[][]>;

/** Takes text for a file, and resolves when it can take more; rejects when the file cannot be written. */
export type Send = (text: string) => Promise<void>;

/** RFC 4180, the names of the columns first. Spreadsheets take a text that begins like a formula for one: an apostrophe prevents it. */
export async function writeCsv(send: Send, columns: Columns, rows: Rows): Promise<number> {
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

/** Rows of a group: they are in memory together, and readers take or skip them together. */
const rowGroupSize = 10_000;

/** A Parquet file; times are milliseconds in UTC. */
export async function writeParquet(path: string, columns: Columns, rows: Rows): Promise<number> {
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
