/** Stores decisions on causes of failures, and reviews of runs. */
import type { Transaction } from 'kysely';
import type { Actor, Change } from '../../core/audit.ts';
import type { Decision } from '../../core/decisions/decision.ts';
import { type Failure, invalid, notFound } from '../../core/errors.ts';
import { lockRows } from '../engine/dialect.ts';
import type { DecisionRow, ReviewRow } from '../engine/people-schema.ts';
import type { Schema } from '../engine/schema.ts';
import { audit } from './audit.ts';
import type { WatchedDb } from './live.ts';

/** A decision to store. Times in microseconds. */
export type NewDecision = Omit<Decision, 'id' | 'author' | 'verified' | 'created' | 'withdrawn_by' | 'withdrawn_at'>;

/** The author and time of a decision or review. `key` is the idempotency key that the author chose, or null. */
interface Made {
  by: Actor & { name: string };
  at: number;
  key: string | null;
}

/**
 * Stores a decision and returns it. If its author has used the key before, stores nothing and returns the earlier decision, or
 * `invalid` if that one differs. Also returns `invalid` if the decision to replace does not exist.
 */
export async function decide(db: WatchedDb, given: NewDecision, { by, at, key }: Made): Promise<DecisionRow | Failure> {
  const values = { ...given, author: by.name, verified: by.verified, created: at, client_key: key };
  const kept = await db.kysely.transaction().execute(async (transaction) => {
    if (given.replaces !== null && !(await exists(transaction, given.replaces))) {
      return { failure: invalid('replaces', `key 'replaces': there is no decision ${given.replaces}`) };
    }
    const row = await transaction
      .insertInto('decisions')
      .values({ ...values, withdrawn_by: null, withdrawn_at: null })
      .onConflict((conflict) => conflict.columns(['author', 'client_key']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return { failure: null };
    await audit(transaction, db.engine, { by, at }, [changeOf('decide', row)]);
    return { row };
  });
  if ('failure' in kept) return kept.failure ?? keptBefore(db, values, key);
  db.live.changed({ decided: kept.row });
  return kept.row;
}

/** Withdraws a decision and returns it, or `not_found`. A decision that was withdrawn before stays as it is. */
export async function withdraw(
  db: WatchedDb,
  id: number,
  { by, at }: Omit<Made, 'key'>,
): Promise<DecisionRow | Failure> {
  const row = await db.kysely.transaction().execute(async (transaction) => {
    const found = await transaction
      .updateTable('decisions')
      .set({ withdrawn_by: by.name, withdrawn_at: at })
      .where('id', '=', id)
      .where('withdrawn_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (found) await audit(transaction, db.engine, { by, at }, [changeOf('withdraw', found)]);
    return found;
  });
  if (row) db.live.changed({ withdrawn: row });
  const same = row ?? (await db.kysely.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirst());
  return same ?? notFound('decision', String(id));
}

const said = ['cause', 'class', 'issue_url', 'note', 'scope', 'scope_of', 'until'] as const;

function changeOf(action: 'decide' | 'withdraw', row: DecisionRow): Change {
  const values = Object.fromEntries([...said.slice(1), 'title' as const].map((key) => [key, row[key]]));
  const side = action === 'decide' ? { after: values } : { before: values };
  return { action, kind: 'decision', target: row.cause, ...side };
}

/** Returns the decision that was stored with this key before if it says the same, otherwise `invalid`. */
async function keptBefore(
  { kysely }: WatchedDb,
  given: NewDecision & { author: string },
  key: string | null,
): Promise<DecisionRow | Failure> {
  const row = await kysely
    .selectFrom('decisions')
    .selectAll()
    .where('author', '=', given.author)
    .where('client_key', '=', key)
    .executeTakeFirst();
  return row && said.every((name) => row[name] === given[name]) ? row : usedKey();
}

/** The failure for a key that was used before with other values. */
function usedKey(): Failure {
  return invalid('key', "key 'key' was used before, for something else");
}

function exists(transaction: Transaction<Schema>, id: number) {
  return transaction.selectFrom('decisions').select('id').where('id', '=', id).executeTakeFirst();
}

/** A review as the row of its run stores it; `created` in microseconds. */
export type KeptReview = Pick<ReviewRow, 'verdict' | 'author' | 'verified' | 'created'>;

/**
 * Stores a review of a run and returns its id; treats keys as `decide` does. `frozen` is the state of the run as a JSON object. Lists
 * show the last of several simultaneous reviews.
 */
export async function review(
  db: WatchedDb,
  given: Pick<ReviewRow, 'run' | 'verdict' | 'frozen'>,
  { by, at, key }: Made,
): Promise<number | Failure> {
  const said = { verdict: given.verdict, author: by.name, verified: by.verified, created: at };
  const kept = await db.kysely.transaction().execute(async (transaction) => {
    const query = transaction.selectFrom('runs').select('id').where('name', '=', given.run);
    const run = await lockRows(db.engine, query).executeTakeFirst();
    if (!run) return notFound('run', given.run);
    const row = await transaction
      .insertInto('reviews')
      .values({ ...given, ...said, client_key: key })
      .onConflict((conflict) => conflict.columns(['author', 'client_key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!row) return null;
    await transaction
      .updateTable('runs')
      .set({ review: JSON.stringify(said satisfies KeptReview) })
      .where('id', '=', run.id)
      .execute();
    const after = { verdict: given.verdict };
    await audit(transaction, db.engine, { by, at }, [{ action: 'review', kind: 'review', target: given.run, after }]);
    return row.id;
  });
  if (kept !== null) {
    if (typeof kept === 'number') db.live.changed({ runs: [given.run] });
    return kept;
  }
  const before = await db.kysely
    .selectFrom('reviews')
    .select(['id', 'run', 'verdict'])
    .where('author', '=', by.name)
    .where('client_key', '=', key)
    .executeTakeFirst();
  return before?.run === given.run && before.verdict === given.verdict ? before.id : usedKey();
}
