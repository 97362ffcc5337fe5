/** Searches the audit log by the filter language, newest first. */
import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../../core/moment.ts';
import type { Query, QueryKey, Term } from '../../core/query.ts';
import { globMatcher, spanReader, type Value, valueBounds } from '../../core/query-value.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import type { AuditRow } from '../engine/people-schema.ts';
import type { Reader, Schema } from '../engine/schema.ts';

/** A page of the matching changes. */
export interface AuditSearch {
  query: Query;
  clock: Clock;
  /** The id of the last change of the previous page. */
  after: number | null;
  limit: number;
}

/** Changes read at a time to test patterns and words. In SQL, testing all changes would block all other requests. */
const rowsAtATime = 500;

/** The range of ids that one statement searches, which takes some 10 ms on SQLite, because few conditions have an index. */
const idsAtATime = 20_000;

/** The most steps for one page. A page may have a next one although it is not full. */
const mostSteps = 100;

/** Returns a page of the matching changes, newest first, and `next`, the `after` of the next page or null at the end. */
export async function searchAudit(
  { kysely }: Reader,
  { query, clock, after, limit }: AuditSearch,
): Promise<{ rows: AuditRow[]; next: number | null }> {
  const matches = query.terms.filter((term) => !isPlain(term)).map(rowMatcher);
  let matching = kysely.selectFrom('audit').selectAll().orderBy('id', 'desc');
  for (const term of query.terms.filter(isPlain))
    matching = matching.where((builder) => whereTerm(builder, term, clock));
  const atATime = matches.length === 0 ? limit + 1 : rowsAtATime;
  const found: AuditRow[] = [];
  const ids = kysely.selectFrom('audit').select('id').limit(1);
  const first = (await ids.orderBy('id').executeTakeFirst())?.id ?? 0;
  const newest = (await ids.orderBy('id', 'desc').executeTakeFirst())?.id ?? 0;
  let last = Math.min(after ?? Number.MAX_SAFE_INTEGER, newest + 1);
  for (let step = 0; step < mostSteps && last > first; step++) {
    const from = last - idsAtATime;
    const rows = await matching.where('id', '<', last).where('id', '>=', from).limit(atATime).execute();
    for await (const row of inTurns(rows)) if (matches.every((match) => match(row))) found.push(row);
    if (found.length > limit) return { rows: found.slice(0, limit).map(auditRow), next: found[limit - 1]?.id ?? null };
    last = rows.length < atATime ? from : (rows.at(-1)?.id ?? from);
    await nextTurn();
  }
  return { rows: found.map(auditRow), next: last > first ? last : null };
}

function auditRow(row: AuditRow): AuditRow {
  return { ...row, verified: Boolean(row.verified) };
}

const columns = {
  by: 'name',
  action: 'action',
  kind: 'kind',
  target: 'target',
  door: 'door',
  address: 'address',
} as const satisfies Partial<Record<QueryKey, keyof AuditRow>>;

function columnOf(key: QueryKey | null) {
  return key !== null && key in columns ? columns[key as keyof typeof columns] : null;
}

/** True for terms that SQL tests: those with a key and without patterns. */
function isPlain({ key, values }: Term): boolean {
  return key !== null && values.every(({ type }) => type !== 'glob');
}

function whereTerm(builder: ExpressionBuilder<Schema, 'audit'>, { key, negated, values }: Term, clock: Clock) {
  const any = builder.or(values.map((value) => whereValue(key, value, clock)));
  // A comparison with a null column is null, and its negation must hold.
  return negated ? sql<SqlBool>`not coalesce(${any}, false)` : sql<SqlBool>`${any}`;
}

function whereValue(key: QueryKey | null, value: Value, clock: Clock): RawBuilder<SqlBool> {
  if (key === 'at') {
    const bounds = valueBounds(value, spanReader('time', clock));
    if (bounds === null) return sql<SqlBool>`false`;
    const stored = (ms: number) => Math.min(Math.max(ms * 1000, 0), Number.MAX_SAFE_INTEGER);
    return sql<SqlBool>`at >= ${stored(bounds.from)} and at < ${stored(bounds.to)}`;
  }
  const column = columnOf(key);
  if (column === null) return sql<SqlBool>`false`;
  if (value.type === 'none') return sql<SqlBool>`${sql.ref(column)} is null`;
  return value.type === 'literal' ? sql<SqlBool>`${sql.ref(column)} = ${value.text}` : sql<SqlBool>`false`;
}

/** Returns the test for a term. A word matches a part of the target, the author, or the values before and after. */
function rowMatcher({ key, negated, values }: Term): (row: AuditRow) => boolean {
  const column = columnOf(key);
  const textsOf = ({ target, name, before, after, ...row }: AuditRow) =>
    key === null ? [target, name, before, after] : column === null ? [] : [{ ...row, target, name }[column]];
  const tests = values.map(textTest(key === null));
  return (row) => textsOf(row).some((text) => tests.some((test) => test(text))) !== negated;
}

function textTest(isWord: boolean) {
  return (value: Value): ((text: string | null) => boolean) => {
    if (value.type === 'none') return (text) => text === null;
    if (value.type !== 'literal' && value.type !== 'glob') return () => false;
    if (value.type === 'literal' && !isWord) return (text) => text === value.text;
    const test = globMatcher(isWord ? `*${value.text}*` : value.text);
    return (text) => text !== null && test(text);
  };
}
