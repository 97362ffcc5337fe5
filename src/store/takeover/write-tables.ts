/** Everything in a database as lines of JSON, one for each row, as it was at one moment. */
import { CompiledQuery, type Transaction } from 'kysely';
import type { Reader, Schema } from '../engine/schema.ts';
import { exportedTables } from './tables.ts';

/** The first line of an export. */
export interface ExportHeader {
  paddles: 'export';
  /** The migrations of its database, in order. */
  migrations: string[];
}

/** A line of an export: a row, or at last the number of rows before it. */
export type ExportLine = { table: string; row: Record<string, unknown> } | { rows: number };

/** Rows that are read at a time: some documents have megabytes. */
const rowsAtATime = 50;

type Row = Record<string, unknown>;

/** Hands all lines to `write`, which resolves when it can take more. Returns the number of rows. */
export async function writeTables(
  db: Reader,
  write: (line: ExportHeader | ExportLine) => Promise<void>,
): Promise<number> {
  const transaction = db.kysely.transaction();
  const begun = db.engine === 'postgres' ? transaction.setIsolationLevel('repeatable read') : transaction;
  return begun.execute(async (state) => {
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

/** Bytes have no place in JSON. */
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
