/** Tokens and sessions; there are dozens of them. */
import { parseScopes, type Token } from '../../core/access.ts';
import type { Reader } from '../engine/schema.ts';

/** A token with the time when it was made, in microseconds. */
export type KeptToken = Token & { created: number };

/** All tokens by name. */
export async function listTokens({ kysely }: Reader): Promise<KeptToken[]> {
  const rows = await kysely.selectFrom('tokens').selectAll().orderBy('name').execute();
  return rows.map((row) => ({ ...row, scopes: parseScopes(row.scopes) ?? [] }));
}

/** The sessions that last beyond `at` (microseconds). */
export function listSessions({ kysely }: Reader, at: number) {
  return kysely.selectFrom('sessions').selectAll().where('expires', '>', at).execute();
}
