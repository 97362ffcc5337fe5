/** Keeps who reviewed a run, and what it said then. */
import { type Failure, notFound } from '../../core/errors.ts';
import { lockRows } from '../engine/dialect.ts';
import type { ReviewTable } from '../engine/schema.ts';
import { audit } from './audit.ts';
import { type Made, usedKey } from './decisions.ts';
import type { WatchedDb } from './live.ts';

/** A review that is to be kept; `frozen` is what the run says, as a JSON object. */
export interface NewReview {
  run: string;
  verdict: string;
  frozen: string;
}

/** A review as the row of its run has it; `created` in microseconds. */
export type KeptReview = Pick<ReviewTable, 'verdict' | 'author' | 'verified' | 'created'>;

/** Keeps a review of a run and returns its id, as `decide` does with decisions. Of simultaneous ones the last shows in lists. */
export async function review(db: WatchedDb, given: NewReview, { by, at, key }: Made): Promise<number | Failure> {
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
    const last: KeptReview = said;
    await transaction
      .updateTable('runs')
      .set({ review: JSON.stringify(last) })
      .where('id', '=', run.id)
      .execute();
    const change = { action: 'review', kind: 'review', target: given.run, after: { verdict: given.verdict } } as const;
    await audit(transaction, db.engine, { by, at, changes: [change] });
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
