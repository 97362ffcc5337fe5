/** Tokens, of which there are dozens, and the browser sessions that begin with them. */
import { parseScopes, type Token } from '../../core/access.ts';
import type { Actor } from '../../core/audit.ts';
import { alreadyExists, type Failure, notFound } from '../../core/errors.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { audit } from './audit.ts';

/** Stores a token. Returns null, or `already_exists`. `at` in microseconds. */
export function createToken({ kysely, engine }: Reader, token: Token, by: Actor, at: number): Promise<Failure | null> {
  const { name, hash, scopes, expires } = token;
  return kysely.transaction().execute(async (transaction) => {
    const created = await transaction
      .insertInto('tokens')
      .values({ name, hash, scopes: scopes.join(','), created: at, expires })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .executeTakeFirst();
    if (!created) return alreadyExists('token', name);
    const after = { scopes, expires };
    await audit(transaction, engine, { by, at }, [{ action: 'create', kind: 'token', target: name, after }]);
    return null;
  });
}

/** Deletes a token and the sessions that began with it. Returns null, or `not_found`. */
export function revokeToken({ kysely, engine }: Reader, name: string, by: Actor, at: number): Promise<Failure | null> {
  return kysely.transaction().execute(async (transaction) => {
    const revoked = await transaction.deleteFrom('tokens').where('name', '=', name).returningAll().executeTakeFirst();
    if (!revoked) return notFound('token', name);
    await transaction.deleteFrom('sessions').where('token_hash', '=', revoked.hash).execute();
    const before = { scopes: revoked.scopes.split(','), expires: revoked.expires };
    await audit(transaction, engine, { by, at }, [{ action: 'revoke', kind: 'token', target: name, before }]);
    return null;
  });
}

/** Begins a session, and deletes the sessions that have expired at `at` (microseconds). */
export async function beginSession({ kysely }: Reader, session: Schema['sessions'], at: number): Promise<void> {
  await kysely.deleteFrom('sessions').where('expires', '<=', at).execute();
  await kysely.insertInto('sessions').values(session).execute();
}

/** Ends a session, if it has not ended already. */
export async function endSession({ kysely }: Reader, hash: string): Promise<void> {
  await kysely.deleteFrom('sessions').where('hash', '=', hash).execute();
}

/** Returns all tokens by name, with their time of creation in microseconds. */
export async function listTokens({ kysely }: Reader): Promise<(Token & { created: number })[]> {
  const rows = await kysely.selectFrom('tokens').selectAll().orderBy('name').execute();
  return rows.map((row) => ({ ...row, scopes: parseScopes(row.scopes) ?? [] }));
}

/** Returns the sessions that expire after `at` (microseconds). */
export function listSessions({ kysely }: Reader, at: number) {
  return kysely.selectFrom('sessions').selectAll().where('expires', '>', at).execute();
}
