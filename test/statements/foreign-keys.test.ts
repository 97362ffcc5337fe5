import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { sqlitePath } from '../../bench/database.ts';
import { open } from '../../src/store/db.ts';
import { engines } from '../helpers/engines.ts';

// When a row is deleted the databases look up references to it; EXPLAIN does not show that.
test('every foreign key has an index, so that deletions are fast', async () => {
  const { url, drop } = await engines.find(({ name }) => name === 'sqlite')!.createDatabase();
  await (await open({ url, poolSize: 1, now: () => 0 })).close();
  const database = new DatabaseSync(sqlitePath(url));
  const select = (text: string) => database.prepare(text).all().map(Object.values) as string[][];
  const tables = `(select name from sqlite_schema where type = 'table') as tables`;
  const references = select(`select tables.name, "from" from ${tables}, pragma_foreign_key_list(tables.name)`);
  const indexed = new Set(
    [
      ...select(
        `select tables.name as one, columns.name as other from ${tables}, pragma_table_info(tables.name) as columns where pk = 1`,
      ),
      ...select(`select tables.name as one, columns.name as other from ${tables}, pragma_index_list(tables.name) as indexes,
      pragma_index_info(indexes.name) as columns where columns.seqno = 0 and not partial`),
    ].map(String),
  );
  database.close();
  await drop();
  expect(references.length).toBeGreaterThan(3);
  expect(references.map(String).filter((reference) => !indexed.has(reference))).toEqual([]);
});
