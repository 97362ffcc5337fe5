/** Exports a snapshot of a database as lines of JSON, one per row, and imports it into an empty database of either engine. */
import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import { plural } from '../../core/plural.ts';
import { UnusableDatabase } from '../engine/faults.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { chunksOf, repeated } from '../engine/transaction.ts';
import { moveSequences, send } from './target.ts';

/** A table of an export. */
interface ExportedTable {
  table: keyof Schema;
  /** True if a new database has rows in this table, which the exported ones replace. */
  replaces?: true;
}

/** The exported tables, in an order in which rows refer only to earlier rows. */
export const exportedTables: ExportedTable[] = [
  { table: 'signatures' },
  { table: 'descriptions' },
  { table: 'runs' },
  { table: 'jobs' },
  { table: 'job_documents' },
  { table: 'nodes' },
  { table: 'job_nodes' },
  { table: 'log_excerpts' },
  { table: 'job_tests' },
  { table: 'failed_cases' },
  { table: 'queues' },
  { table: 'imported_runs' },
  { table: 'decisions' },
  { table: 'cause_moves' },
  { table: 'reviews' },
  { table: 'subscriptions' },
  { table: 'told_causes' },
  { table: 'suspect_nodes' },
  { table: 'tokens' },
  { table: 'audit' },
  { table: 'monthly_results' },
  { table: 'monthly_causes' },
  { table: 'indexed', replaces: true },
];

/**
 * The tables that are not exported. A new database creates or derives their rows; users have to sign in again, and pending notifications
 * are not sent again.
 */
export const derivedTables: (keyof Schema)[] = ['migrations', 'run_digests', 'sessions', 'run_ends', 'deliveries'];

/** The first line of an export. */
interface ExportHeader {
  paddles: 'export';
  /** The migrations of its database, in order. */
  migrations: string[];
}

/** A line of an export: a row, or in the last line the number of rows before it. */
type ExportLine = { table: string; row: Record<string, unknown> } | { rows: number };

/** Rows read or written by one statement; it is small because some documents have megabytes. */
const rowsAtATime = 50;

type Row = Record<string, unknown>;

/** Passes all lines to `write`, which resolves when it can accept more. Returns the number of rows. */
export async function writeTables(
  db: Reader,
  write: (line: ExportHeader | ExportLine) => Promise<void>,
): Promise<number> {
  const transaction = db.kysely.transaction();
  const begun = db.engine === 'postgres' ? transaction.setIsolationLevel('repeatable read') : transaction;
  return begun.execute(async (state) => {
    // The reader of the output may pause.
    if (db.engine === 'postgres')
      await send(db, state, { sql: 'set local idle_in_transaction_session_timeout = 0', parameters: [] });
    const applied = await state.selectFrom('migrations').select('name').orderBy('id').execute();
    await write({ paddles: 'export', migrations: applied.map(({ name }) => name) });
    let rows = 0;
    for (const { table } of exportedTables) {
      for await (const row of rowsOf(db, state, table)) {
        await write({ table, row });
        rows++;
      }
    }
    await write({ rows });
    return rows;
  });
}

async function* rowsOf({ engine }: Reader, state: Transaction<Schema>, table: string): AsyncGenerator<Row> {
  const all = async (text: string) => (await state.executeQuery<Row>(CompiledQuery.raw(text))).rows;
  if (engine === 'postgres') {
    await all(`declare exported cursor for select * from "${table}"`);
    for (let rows = await all(`fetch ${rowsAtATime} from exported`); rows.length > 0; ) {
      yield* rows.map(printable);
      rows = await all(`fetch ${rowsAtATime} from exported`);
    }
    await all('close exported');
    return;
  }
  for (let after = -1; ; ) {
    const rows = await all(
      `select rowid as exported_row, * from "${table}" where rowid > ${after} order by rowid limit ${rowsAtATime}`,
    );
    for (const { exported_row, ...row } of rows) {
      after = exported_row as number;
      yield printable(row);
    }
    if (rows.length < rowsAtATime) return;
  }
}

/** Encodes bytes, which JSON cannot represent, as base64. */
function printable(row: Row): Row {
  const bytes = Object.entries(row).filter(([, value]) => value instanceof Uint8Array);
  if (bytes.length === 0) return row;
  return {
    ...row,
    ...Object.fromEntries(
      bytes.map(([key, value]) => [key, { base64: Buffer.from(value as Uint8Array).toString('base64') }]),
    ),
  };
}

type RowLine = { table: string; row: Row };

/** The most lines in one transaction, and the most characters in these lines. */
const [mostLines, mostLength] = [1000, 8 << 20];

/**
 * Imports the lines of an export. Returns the number of rows. Throws `UnusableDatabase` if the database is not empty, or if the lines
 * are not an export that this program knows, or are incomplete.
 */
export async function readTables(
  db: Reader,
  lines: AsyncIterable<string>,
  onRows: (rows: number) => void,
): Promise<number> {
  const booleans = await booleanColumns(db);
  const hosts: { id: number; host: unknown }[] = [];
  let rows = 0;
  let said: number | null = null;
  let isBegun = false;
  // These rows are written last, because their absence marks an incomplete import.
  const replacing: RowLine[] = [];
  for await (const portion of portionsOf(lines)) {
    if (!isBegun) await begin(db, portion.shift());
    isBegun = true;
    const last = portion.at(-1);
    if (last && 'rows' in last) said = last.rows;
    const some = portion.filter((line): line is RowLine => 'table' in line);
    for (const { table, row } of some) prepare(table, row, booleans, hosts);
    replacing.push(...some.filter(isReplacing));
    await insertAll(
      db,
      some.filter((line) => !isReplacing(line)),
    );
    rows += some.length;
    onRows(rows);
  }
  if (said !== rows) {
    throw new UnusableDatabase(
      `the file ends too early, after ${plural(rows, 'row')}; import a whole one into an empty database`,
    );
  }
  for (const { id, host } of hosts) {
    await send(db, db.kysely, { sql: 'update nodes set vm_host_id = ? where id = ?', parameters: [host, id] });
  }
  const identities = `select table_name from information_schema.columns
    where table_schema = current_schema() and column_name = 'id' and is_identity = 'YES'`;
  const tables = db.engine === 'sqlite' ? [] : await send(db, db.kysely, { sql: identities, parameters: [] });
  await moveSequences(
    db,
    tables.map(({ table_name }) => table_name as string),
  );
  await insertAll(db, replacing);
  return rows;
}

function isReplacing(line: RowLine): boolean {
  return exportedTables.some(({ table, replaces }) => replaces && table === line.table);
}

function insertAll(db: Reader, lines: RowLine[]): Promise<void> {
  return db.kysely.transaction().execute(async (transaction) => {
    for (const [table, of] of Map.groupBy(lines, (line) => line.table)) {
      for (const chunk of chunksOf(of, rowsAtATime)) await insert(db, transaction, table, chunk);
    }
  });
}

async function* portionsOf(lines: AsyncIterable<string>): AsyncGenerator<(ExportHeader | ExportLine)[]> {
  let portion: (ExportHeader | ExportLine)[] = [];
  let length = 0;
  for await (const line of lines) {
    if (line === '') continue;
    portion.push(parseLine(line));
    length += line.length;
    if (portion.length < mostLines && length < mostLength) continue;
    yield portion;
    [portion, length] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}

function parseLine(line: string): ExportHeader | ExportLine {
  try {
    const parsed = JSON.parse(line);
    const known = 'row' in parsed ? exportedTables.some(({ table }) => table === parsed.table) : true;
    if (known && ('row' in parsed || 'rows' in parsed || 'migrations' in parsed)) return parsed;
  } catch {
    // The error is thrown below.
  }
  throw new UnusableDatabase(`this is no line of an export: ${line.slice(0, 80)}`);
}

/** Checks that the schema has all migrations of the exported database, and that the tables are empty. */
async function begin(db: Reader, header: ExportHeader | ExportLine | undefined): Promise<void> {
  if (!header || !('migrations' in header))
    throw new UnusableDatabase('the file does not begin like an export of paddles');
  const applied = await db.kysely.selectFrom('migrations').select('name').execute();
  const unknown = header.migrations.find((name) => !applied.some((one) => one.name === name));
  if (unknown) throw new UnusableDatabase(`the file comes from a newer paddles, which has the migration '${unknown}'`);
  for (const { table, replaces } of exportedTables) {
    if (replaces) await send(db, db.kysely, { sql: `delete from "${table}"`, parameters: [] });
    const found = await send(db, db.kysely, { sql: `select 1 from "${table}" limit 1`, parameters: [] });
    if (found.length > 0) throw new UnusableDatabase(`the table ${table} has rows; import into an empty database`);
  }
}

/** Returns the boolean columns of PostgreSQL; SQLite stores them as 1 and 0. */
async function booleanColumns(db: Reader): Promise<Map<string, string[]>> {
  if (db.engine === 'sqlite') return new Map();
  const sql =
    "select table_name, column_name from information_schema.columns where table_schema = current_schema() and data_type = 'boolean'";
  const rows = await send(db, db.kysely, { sql, parameters: [] });
  const byTable = Map.groupBy(rows, (row) => row.table_name as string);
  return new Map([...byTable].map(([table, columns]) => [table, columns.map((row) => row.column_name as string)]));
}

function prepare(
  table: string,
  row: Row,
  booleans: Map<string, string[]>,
  hosts: { id: number; host: unknown }[],
): void {
  for (const column of booleans.get(table) ?? []) {
    if (typeof row[column] === 'number') row[column] = row[column] === 1;
  }
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'object' && value !== null && 'base64' in value) {
      row[column] = Buffer.from(value.base64 as string, 'base64');
    }
  }
  if (table !== 'nodes' || row.vm_host_id === null) return;
  // A host may come after its guests, so hosts are set at the end.
  hosts.push({ id: row.id as number, host: row.vm_host_id });
  row.vm_host_id = null;
}

async function insert(db: Reader, to: Kysely<Schema>, table: string, lines: RowLine[]): Promise<void> {
  const columns = Object.keys(lines[0]?.row ?? {});
  const names = columns.map((column) => `"${column}"`).join(', ');
  const values = repeated(`(${repeated('?', columns.length)})`, lines.length);
  const parameters = lines.flatMap(({ row }) => columns.map((column) => row[column]));
  const query = { sql: `insert into "${table}" (${names}) values ${values}`, parameters };
  await send(db, to, query).catch((error: unknown) => {
    throw new UnusableDatabase(`rows of ${table} cannot be stored: ${(error as Error).message}`, { cause: error });
  });
}
