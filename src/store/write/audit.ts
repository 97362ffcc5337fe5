/** The audit log: one row for each accepted write except reports of jobs, written in the transaction of the write. */
import type { Transaction } from 'kysely';
import type { Actor, Change } from '../../core/audit.ts';
import type { Engine, Schema } from '../engine/schema.ts';
import { carryOut, chunksOf, numbered, repeated, type Statement } from '../engine/transaction.ts';

const columns = 'at, name, verified, address, door, action, kind, target, before, after, request';
const columnCount = 11;

/** Rows in one statement; SQLite allows some 32,000 parameters. */
const rowsAtATime = 1000;

/**
 * The longest value that is stored in full, in UTF-16 units, as text or otherwise as JSON. It is bounded because hundreds of changes
 * are read and searched at a time.
 */
const longestValue = 2500;

function printValues(values: object): string {
  const short = Object.entries(values).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [key, text.length > longestValue ? `${text.slice(0, longestValue).toWellFormed()}…` : value];
  });
  return JSON.stringify(Object.fromEntries(short));
}

/** The author of a change and its time in microseconds. */
export interface Stamp {
  by: Actor;
  at: number;
}

/** Returns the statements that record the changes of one request. */
export function auditStatements(engine: Engine, { by, at }: Stamp, changes: Change[]): Statement[] {
  const print = (value: object | null | undefined) => (value ? printValues(value) : null);
  const { name, verified, address, door, request } = by;
  const row = `(?${engine === 'postgres' ? '::bigint' : ''}${', ?'.repeat(columnCount - 1)})`;
  return chunksOf(changes, rowsAtATime).map((some) => ({
    sql: numbered(engine, `insert into audit (${columns}) values ${repeated(row, some.length)}`),
    parameters: some.flatMap(({ action, kind, target, before, after }) => [
      ...[at, name, verified, address, door, action, kind, target],
      ...[print(before), print(after), request],
    ]),
  }));
}

/** Records the changes of one request in the transaction that makes them. */
export async function audit(
  transaction: Transaction<Schema>,
  engine: Engine,
  stamp: Stamp,
  changes: Change[],
): Promise<void> {
  await carryOut(transaction, auditStatements(engine, stamp, changes));
}
