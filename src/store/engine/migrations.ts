import { type Kysely, sql, type Transaction } from 'kysely';
import { type ColumnTypes, columnTypes, lockMigrations, type Migration } from './dialect.ts';
import { runsAndJobs } from './migrations/0001-runs-and-jobs.ts';
import { nodesAndQueues } from './migrations/0002-nodes-and-queues.ts';
import { signatures } from './migrations/0003-signatures.ts';
import { manyJobs } from './migrations/0004-many-jobs.ts';
import { orderedLists } from './migrations/0005-ordered-lists.ts';
import { earlyVacuum } from './migrations/0006-early-vacuum.ts';
import { descriptions } from './migrations/0007-descriptions.ts';
import { nodeResults } from './migrations/0008-node-results.ts';
import { narrowReads } from './migrations/0009-narrow-reads.ts';
import type { Engine, Schema } from './schema.ts';

/** All migrations, in order; append, never edit one that has been released. */
const migrations: Migration[] = [
  runsAndJobs,
  nodesAndQueues,
  signatures,
  manyJobs,
  orderedLists,
  earlyVacuum,
  descriptions,
  nodeResults,
  narrowReads,
];

/**
 * Brings the schema to the newest version and returns the names of the migrations that it applied (`[]` when there was
 * nothing to do). Safe when several processes start at once: they take turns on a lock, inside one transaction.
 * Throws `NewerSchema` when the database was made by a newer program.
 */
export async function migrate(kysely: Kysely<Schema>, engine: Engine, at: number): Promise<string[]> {
  return kysely.transaction().execute(async (transaction) => {
    await lockMigrations(transaction, engine);
    await sql
      .raw(
        'create table if not exists migrations (id integer primary key, name text not null, applied bigint not null)',
      )
      .execute(transaction);
    const rows = await transaction.selectFrom('migrations').select(['id', 'name']).orderBy('id').execute();
    const newer = rows.find((row) => row.id > migrations.length);
    if (newer) throw new NewerSchema(newer.name);
    const missing = migrations.slice(rows.length);
    const types = await columnTypes(transaction, engine);
    for (const migration of missing) await apply(transaction, migration, types, at);
    return missing.map((migration) => migration.name);
  });
}

/**
 * Checks that the schema is the one that this program knows, and changes nothing. Throws `NewerSchema` or `OlderSchema`
 * when it is not.
 */
export async function checkSchema(kysely: Kysely<Schema>): Promise<void> {
  const rows = await kysely
    .selectFrom('migrations')
    .select(['id', 'name'])
    .orderBy('id')
    .execute()
    .catch((error: unknown) => {
      if (isMissingTable(error)) return [];
      throw error;
    });
  const newer = rows.find((row) => row.id > migrations.length);
  if (newer) throw new NewerSchema(newer.name);
  const missing = migrations[rows.length];
  if (missing) throw new OlderSchema(missing.name);
}

function isMissingTable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '42P01' || (code === 'ERR_SQLITE_ERROR' && /^no such table/.test(message ?? ''));
}

/** The database has not been migrated to the schema of this program. */
export class OlderSchema extends Error {
  constructor(migration: string) {
    super(
      `the database lacks the migration '${migration}', and a read-only server changes nothing; start the server that writes to it first`,
    );
  }
}

/** The database has been migrated by a newer program, whose schema this one does not know. */
export class NewerSchema extends Error {
  constructor(migration: string) {
    super(`the database has the migration '${migration}' of a newer paddles; start that version instead`);
  }
}

async function apply(
  transaction: Transaction<Schema>,
  { id, name, statements }: Migration,
  types: ColumnTypes,
  at: number,
): Promise<void> {
  for (const statement of statements(types)) await sql.raw(statement).execute(transaction);
  await transaction.insertInto('migrations').values({ id, name, applied: at }).execute();
}
