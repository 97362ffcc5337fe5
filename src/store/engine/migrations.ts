import { type Kysely, sql } from 'kysely';
import { type ColumnTypes, columnTypes, lockOut } from './dialect.ts';
import { UnusableDatabase } from './faults.ts';
import { createTables } from './first-tables.ts';
import {
  accessTables,
  analystViews,
  caseCauses,
  causes,
  decisionTables,
  importedRuns,
  logTables,
  monthlyTables,
  notificationTables,
  runDigests,
  testTables,
} from './later-tables.ts';
import type { Engine, Schema } from './schema.ts';

/** One step of the schema; there is no way back. `statements` gets the SQL that differs between the engines. */
interface Migration {
  name: string;
  statements: (types: ColumnTypes) => string[];
}

/** All migrations, in order; append, never edit one that has been released. */
const migrations: Migration[] = [
  { name: 'tables', statements: createTables },
  { name: 'access', statements: accessTables },
  { name: 'run-digests', statements: runDigests },
  { name: 'imported-runs', statements: importedRuns },
  { name: 'causes', statements: causes },
  { name: 'analyst-views', statements: analystViews },
  { name: 'decisions', statements: decisionTables },
  { name: 'log-excerpts', statements: logTables },
  { name: 'test-cases', statements: testTables },
  { name: 'monthly-totals', statements: monthlyTables },
  { name: 'notifications', statements: notificationTables },
  { name: 'locked-nodes', statements: () => ['create index nodes_locked on nodes (name) where locked'] },
  { name: 'case-causes', statements: caseCauses },
  { name: 'refused-addresses', statements: () => ['alter table deliveries add column refused text'] },
  {
    name: 'months-by-suite',
    statements: () => ['create index monthly_results_suite on monthly_results (suite, month)'],
  },
  // A duration of 1e300 made every query of `v_jobs` fail.
  { name: 'views-of-any-number', statements: analystViews },
];

/**
 * Migrates the schema to the newest version and returns the names of the applied migrations (`[]` if the schema was up to
 * date). Safe if several processes start at once: they take turns on a lock, inside one transaction. Throws
 * `UnusableDatabase` if this program does not know the schema of the database.
 */
export async function migrate(kysely: Kysely<Schema>, engine: Engine, at: number): Promise<string[]> {
  return kysely.transaction().execute(async (transaction) => {
    // Creating an index on ten million jobs takes minutes, and so does waiting for another process that creates it.
    if (engine === 'postgres') await sql`set local statement_timeout = 0`.execute(transaction);
    await lockOut(transaction, engine, 'migrations');
    await sql
      .raw(
        'create table if not exists migrations (id integer primary key, name text not null, applied bigint not null)',
      )
      .execute(transaction);
    const applied = await knownMigrations(transaction);
    const types = await columnTypes(transaction, engine);
    const missing = migrations.slice(applied);
    for (const [index, { name, statements }] of missing.entries()) {
      for (const statement of statements(types)) await sql.raw(statement).execute(transaction);
      await transaction
        .insertInto('migrations')
        .values({ id: applied + index + 1, name, applied: at })
        .execute();
    }
    return missing.map(({ name }) => name);
  });
}

/** Checks that the schema is the one that this program knows, without changing it. Throws `UnusableDatabase` otherwise. */
export async function checkSchema(kysely: Kysely<Schema>): Promise<void> {
  const applied = await knownMigrations(kysely).catch((error: unknown) => {
    if (isMissingTable(error)) return 0;
    throw error;
  });
  const missing = migrations[applied];
  if (missing) {
    throw new UnusableDatabase(
      `the database lacks the migration '${missing.name}', which only the server that writes to it applies; start that one first`,
    );
  }
}

/** Returns the number of applied migrations. Throws `UnusableDatabase` if the database has unknown migrations. */
async function knownMigrations(kysely: Kysely<Schema>): Promise<number> {
  // Another program may have a table of this name, but hardly with these columns; then the statement fails.
  const applied = await kysely.selectFrom('migrations').select(['name', 'applied']).orderBy('id').execute();
  for (const [index, { name }] of applied.entries()) {
    const known = migrations[index];
    if (known === undefined)
      throw new UnusableDatabase(
        `the database has the migration '${name}' of a newer paddles; start that version instead`,
      );
    if (known.name !== name)
      throw new UnusableDatabase(
        'the database was created before the first release of paddles, and this version cannot read it; create a new one',
      );
  }
  return applied.length;
}

function isMissingTable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '42P01' || (code === 'ERR_SQLITE_ERROR' && /^no such table/.test(message ?? ''));
}
