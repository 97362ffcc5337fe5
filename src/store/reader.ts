import type { Kysely } from 'kysely';
import type { Engine, Schema } from './engine/schema.ts';

/** What reading needs. */
export interface Reader {
  engine: Engine;
  kysely: Kysely<Schema>;
}

/** Other requests get their turn: SQLite answers at once, so that a long list would be one chain of microtasks. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
