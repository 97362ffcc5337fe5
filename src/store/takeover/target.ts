/** Writes old runs, nodes and queues to this database, with their internal ids. */
import { type Kysely, sql, type Transaction } from 'kysely';
import { longestNodeName } from '../../core/node.ts';
import { longestQueueName } from '../../core/queue.ts';
import { lockOut } from '../engine/dialect.ts';
import { sqliteCode } from '../engine/faults.ts';
import type { NodeRow, QueueRow, Reader, RunRow, Schema } from '../engine/schema.ts';
import { carryOut, chunksOf, countOf, numbered, type Rows, type Statement } from '../engine/transaction.ts';
import { runColumns, upsertText } from '../write/job-sql.ts';
import { addressable, type Findings, timeReader, uniqueNames } from './clean.ts';
import type { CopiedRun, JobStatements } from './job-state.ts';
import type { OldRow } from './old-database.ts';

const upsertRun = upsertText('runs', runColumns, 'id', ['id', 'tags', 'review']);

/** Sends a statement. */
export async function send({ engine }: Reader, to: Kysely<Schema>, { sql, parameters }: Statement): Promise<Rows> {
  const [rows = []] = await carryOut(to, [{ sql: numbered(engine, sql), parameters }]);
  return rows;
}

/**
 * Makes SQLite keep its statement journals in memory. Beyond 64 KB they go to a temporary file, which took a quarter of the time of
 * writing jobs. Sorts stay in memory too, so this is not suitable for a connection that creates indexes or serves lists.
 */
export async function undoInMemory(db: Reader): Promise<void> {
  if (db.engine === 'sqlite') await send(db, db.kysely, { sql: 'pragma temp_store = memory', parameters: [] });
}

/** Milliseconds between two attempts to begin while a server writes to the same SQLite file; and the most attempts. */
const [pause, attempts] = [20, 500];

/**
 * Runs `work` in a transaction that takes the write lock with its first statement, so that on SQLite no work is lost because a server
 * wrote first.
 */
export async function whileWriting<T>(db: Reader, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let begun = false;
    try {
      return await db.kysely.transaction().execute(async (transaction) => {
        const first = {
          sqlite: 'update indexed set version = version',
          // The old database may take long to return the next jobs.
          postgres: 'set local synchronous_commit = off; set local idle_in_transaction_session_timeout = 0',
        };
        await send(db, transaction, { sql: first[db.engine], parameters: [] });
        begun = true;
        return work(transaction);
      });
    } catch (error) {
      if (begun || sqliteCode(error) !== 5 || attempt === attempts) throw error;
      await new Promise((next) => setTimeout(next, pause));
    }
  }
}

/** Creates the row of a run if needed, so that its jobs can be written. Returns the revision of an existing row, otherwise null. */
export async function beginRun(db: Reader, transaction: Transaction<Schema>, row: CopiedRun): Promise<number | null> {
  const before = await transaction.selectFrom('runs').select('revision').where('id', '=', row.id).executeTakeFirst();
  if (!before) await saveRun(db, transaction, { ...row, revision: 0 });
  return before?.revision ?? null;
}

/** Stores the row of a run. */
export async function saveRun(
  db: Reader,
  transaction: Transaction<Schema>,
  row: CopiedRun & { revision: number },
): Promise<void> {
  const values: RunRow = { ...row, tags: '[]', review: null };
  await send(db, transaction, { sql: upsertRun(1), parameters: runColumns.map((column) => values[column]) });
}

/** Deletes the jobs of a run that the old run no longer has, or has with another `job_id`. */
export async function deleteOtherJobs(
  transaction: Transaction<Schema>,
  runId: number,
  jobIds: ReadonlyMap<number, string>,
): Promise<void> {
  const stored = await transaction.selectFrom('jobs').select(['id', 'job_id']).where('run_id', '=', runId).execute();
  const gone = stored.filter(({ id, job_id }) => jobIds.get(id) !== job_id).map(({ id }) => id);
  for (const ids of chunksOf(gone, 500)) await transaction.deleteFrom('jobs').where('id', 'in', ids).execute();
}

/** Stores jobs of a run with their documents and links, after the causes and descriptions that they share with others. */
export async function saveCopied(
  db: Reader,
  transaction: Transaction<Schema>,
  { ids, statements }: { ids: number[]; statements: JobStatements },
  isNew: boolean,
): Promise<void> {
  // On PostgreSQL outside of the transaction, until whose end a server that stores the same texts would have to wait.
  const outside = db.engine === 'sqlite' ? transaction : db.kysely;
  for (const statement of statements.shared) await send(db, outside, statement);
  if (!isNew) await transaction.deleteFrom('job_nodes').where('job_id', 'in', ids).execute();
  // Sent together, without waiting for each answer.
  await Promise.all(statements.own.map((statement) => send(db, transaction, statement)));
}

/** Records which state of a run was copied. */
export async function rememberRun(transaction: Transaction<Schema>, imported: Schema['imported_runs']): Promise<void> {
  const { id: _, ...values } = imported;
  await transaction
    .insertInto('imported_runs')
    .values(imported)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** Deletes a run that the old database no longer has. */
export async function removeRun(db: Reader, id: number): Promise<void> {
  await whileWriting(db, async (transaction) => {
    await transaction.deleteFrom('runs').where('id', '=', id).execute();
    await transaction.deleteFrom('imported_runs').where('id', '=', id).execute();
  });
}

/** Frees the names of runs for other runs. Until a run is copied with its new name, it has a name that no run can have. */
export async function freeNames(db: Reader, ids: number[]): Promise<void> {
  for (const some of chunksOf(ids, 500)) {
    await whileWriting(db, async (transaction) => {
      await giveUpNames(transaction, 'runs', some);
    });
  }
}

/** Gives each of at most some hundred rows an impossible name, because another row may need its name before it gets the new one. */
async function giveUpNames(to: Kysely<Schema>, table: 'runs' | 'nodes', ids: number[]): Promise<void> {
  await to.updateTable(table).set({ name: sql<string>`'/' || id` }).where('id', 'in', ids).execute();
}

/** Returns the runs that were imported before, by internal id. Their `name` is null if they were deleted here. */
export async function importedRuns({
  kysely,
}: Reader): Promise<Map<number, Schema['imported_runs'] & { name: string | null }>> {
  const rows = await kysely
    .selectFrom('imported_runs')
    .leftJoin('runs', 'runs.id', 'imported_runs.id')
    .selectAll('imported_runs')
    .select('runs.name')
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Returns the number of runs that were not imported, and some of their names. */
export async function ownRuns({ kysely }: Reader): Promise<{ count: number; names: string[] }> {
  const own = kysely
    .selectFrom('runs')
    .where('id', 'not in', ({ selectFrom }) => selectFrom('imported_runs').select('imported_runs.id'));
  const names = await own.select('name').limit(3).execute();
  return { count: await countOf(own), names: names.map(({ name }) => name) };
}

/** Makes new rows of some tables get ids above all copied ones. SQLite does this itself. */
export async function moveSequences(db: Reader, tables: readonly string[]): Promise<void> {
  if (db.engine === 'sqlite') return;
  for (const table of tables) {
    const sql = `select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from "${table}" having max(id) is not null`;
    await send(db, db.kysely, { sql, parameters: [] });
  }
}

/** The longest copied text of a node, in UTF-16 units. It is bounded because lists show all nodes; the longest SSH keys have some thousand. */
const longestText = 16_384;

const nodeTexts = `description machine_type arch os_type os_version locked_by mac_address ssh_pub_key`.split(' ');

/** Converts old nodes to nodes as they are stored here. */
export function cleanNodes(rows: OldRow[], findings: Findings): NodeRow[] {
  const unique = uniqueNames(longestNodeName);
  return rows.map((row) => {
    const id = row.id as number;
    const about = { table: 'nodes', id } as const;
    const name = unique(addressable(row.name as string, longestNodeName, `old-${id}`), id);
    if (name !== row.name)
      findings.add({ ...about, key: 'name', problem: 'cannot be its name', was: row.name, now: name });
    const texts = nodeTexts.map((key) => {
      const text = (row[key] ?? null) as string | null;
      if (text === null || text.length <= longestText) return [key, text];
      findings.add({ ...about, key, problem: 'is too long', was: text, now: `its first ${longestText} characters` });
      return [key, text.slice(0, longestText).toWellFormed()];
    });
    return {
      id,
      name,
      ...(Object.fromEntries(texts) as Pick<NodeRow, 'description'>),
      up: row.up as boolean | null,
      is_vm: row.is_vm === true,
      locked: row.locked === true,
      locked_since: timeReader(row, about, findings)('locked_since'),
      unlocked_since: null,
      vm_host_id: (row.vm_host_id ?? null) as number | null,
    } as NodeRow;
  });
}

/** Converts old queues to queues as they are stored here. */
export function cleanQueues(rows: OldRow[], findings: Findings): QueueRow[] {
  const unique = uniqueNames(longestQueueName);
  return rows.map((row) => {
    const id = row.queue as string;
    const about = { table: 'queue', id } as const;
    const queue = unique(addressable(id, longestQueueName, 'old'), '2');
    if (queue !== id) findings.add({ ...about, key: 'queue', problem: 'cannot be its name', was: id, now: queue });
    const time = timeReader(row, about, findings);
    return {
      queue,
      paused_by: row.paused_by as string | null,
      paused_since: time('paused_since'),
      paused_until: time('paused_until'),
      pause_duration: row.pause_duration as number | null,
    };
  });
}

/** Replaces the nodes and queues by those of the old database. Keeps the links of jobs to nodes that still exist. */
export async function saveMachines(db: Reader, nodes: NodeRow[], queues: QueueRow[]): Promise<void> {
  await whileWriting(db, async (transaction) => {
    await lockOut(transaction, db.engine, 'nodes');
    await saveNodes(transaction, nodes);
    await transaction.deleteFrom('queues').execute();
    for (const some of chunksOf(queues, 100)) await transaction.insertInto('queues').values(some).execute();
  });
}

async function saveNodes(transaction: Transaction<Schema>, nodes: NodeRow[]): Promise<void> {
  const stored = await transaction.selectFrom('nodes').select(['id', 'name']).execute();
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const gone = stored.filter(({ id }) => !names.has(id)).map(({ id }) => id);
  for (const ids of chunksOf(gone, 500)) await transaction.deleteFrom('nodes').where('id', 'in', ids).execute();
  const renamed = stored.filter(({ id, name }) => names.has(id) && names.get(id) !== name).map(({ id }) => id);
  for (const ids of chunksOf(renamed, 500)) await giveUpNames(transaction, 'nodes', ids);
  const rows = nodes.map((node) => ({ ...node, vm_host_id: null }));
  for (const some of chunksOf(rows, 100)) {
    await transaction
      .insertInto('nodes')
      .values(some)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(({ ref }) => {
          const columns = Object.keys(some[0] as object).filter(
            (column) => column !== 'id' && column !== 'unlocked_since',
          );
          return Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}` as 'excluded.name')]));
        }),
      )
      .execute();
  }
  // Hosts are set when all nodes are stored. A host that is missing in an old database without the constraint is ignored.
  for (const { id, vm_host_id } of nodes) {
    if (vm_host_id === null || !names.has(vm_host_id)) continue;
    await transaction.updateTable('nodes').set({ vm_host_id }).where('id', '=', id).execute();
  }
}
