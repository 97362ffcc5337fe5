/** Queries on decisions on causes (core/decisions), for lists and for the runs that they apply to. */
import { sql } from 'kysely';
import type { Decision, Place } from '../../core/decisions/decision.ts';
import type { Candidate } from '../../core/decisions/standing.ts';
import { type Carried, follower, type Move } from '../../core/decisions/standing.ts';
import type { Signature } from '../../core/signature.ts';
import { milliseconds } from '../../core/time.ts';
import { nextTurn } from '../../core/turns.ts';
import { oneOf } from '../engine/dialect.ts';
import type { DecisionRow, ReviewRow } from '../engine/people-schema.ts';
import type { Reader } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';

/** Converts a stored decision: its numbers to booleans, and its times to milliseconds. */
export function decisionOf({ client_key: _, ...row }: DecisionRow): Decision {
  const { created, until, withdrawn_at, verified } = row;
  return {
    ...row,
    verified: Boolean(verified),
    created: milliseconds(created),
    until: milliseconds(until),
    withdrawn_at: milliseconds(withdrawn_at),
  };
}

/**
 * Returns a value that changes with every new or withdrawn decision. It contains no times, because the clocks of servers differ, and so
 * the latest time may not be that of the last change.
 */
export async function decisionState({ kysely }: Reader): Promise<string> {
  const [last, withdrawn] = await Promise.all([
    kysely.selectFrom('decisions').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    countOf(kysely.selectFrom('decisions').where('withdrawn_at', 'is not', null)),
  ]);
  return `${last?.id} ${withdrawn}`;
}

/** A list of decisions, newest first; all given conditions must hold. */
export interface DecisionList {
  cause?: string | undefined;
  /** Only decisions that apply to this run. */
  place?: Place | undefined;
  /** The id of the last decision of the previous page. */
  after: number | null;
  limit: number;
}

/** A decision in a list. `scattered` are the causes that its jobs moved to when the rules changed, if no cause got most of them. */
export interface ListedDecision extends Candidate {
  scattered: string[];
}

/** Returns a page of decisions. */
export async function listDecisions(
  db: Reader,
  { cause, place, after, limit }: DecisionList,
): Promise<ListedDecision[]> {
  let query = selectCandidates(db)
    .orderBy('decisions.id', 'desc')
    .where('decisions.id', '<', after ?? Number.MAX_SAFE_INTEGER)
    .limit(limit);
  if (cause !== undefined) query = query.where('decisions.cause', '=', cause);
  if (place !== undefined) query = query.where(reaching(place));
  const found = (await query.execute()).map(candidateOf);
  const carried = follower(await movesAfter(db, [...new Set(found.map((one) => one.cause))]));
  return found.map((one) => ({ ...one, scattered: carried(one.cause).scattered }));
}

/** The number of newest decisions on the causes of a run that are considered. */
const mostCandidates = 5000;

/** Decisions read by one statement. SQLite and the server need 80 ms for 5,000. */
const candidatesAtATime = 500;

/** The decisions on a cause of a run, and those on causes of earlier rules whose jobs were scattered over this cause and others. */
export interface CauseDecisions {
  candidates: Candidate[];
  scattered: Candidate[];
}

/** Returns the decisions that apply to a run, by its causes; if `at` (microseconds) is given, as of that time. */
export async function decisionsOn(
  db: Reader,
  causes: readonly Pick<Signature, 'id'>[],
  place: Place,
  at?: number,
): Promise<Map<string, CauseDecisions>> {
  const ids = causes.map(({ id }) => id);
  const moves = await movesBefore(db, ids);
  const carried = follower(moves);
  const reached = selectCandidates(db, at)
    .where(oneOf(db.engine, 'decisions.cause', [...new Set([...ids, ...moves.map(({ old }) => old)])]))
    .where(reaching(place))
    .where(inForceAt('decisions', at))
    .orderBy('decisions.id', 'desc')
    .limit(candidatesAtATime);
  const found = new Map<string, CauseDecisions>();
  const add = (cause: string, kind: keyof CauseDecisions, candidate: Candidate) => {
    const one = found.get(cause) ?? { candidates: [], scattered: [] };
    one[kind].push(candidate);
    found.set(cause, one);
  };
  const known = new Map<string, Carried>();
  for (let [before, count] = [Number.MAX_SAFE_INTEGER, 0]; count < mostCandidates; await nextTurn()) {
    const rows = await reached.where('decisions.id', '<', before).execute();
    for (const row of rows) {
      const { causes: heirs, scattered } = known.get(row.cause) ?? carried(row.cause);
      known.set(row.cause, { causes: heirs, scattered });
      // A decision that was found had not been withdrawn at that time.
      const candidate = { ...candidateOf(row), withdrawn_by: null, withdrawn_at: null };
      for (const cause of heirs) add(cause, 'candidates', candidate);
      for (const cause of scattered) add(cause, 'scattered', candidate);
    }
    if (rows.length < candidatesAtATime) break;
    count += rows.length;
    before = rows.at(-1)?.id ?? 0;
  }
  return found;
}

function candidateOf({ replaced, ...row }: DecisionRow & { replaced: unknown }): Candidate {
  return { ...decisionOf(row), replaced: Boolean(replaced) };
}

/** Selects decisions, and whether another decision has replaced them; if a time is given, as of that time. */
function selectCandidates({ kysely }: Reader, at?: number) {
  const other = kysely
    .selectFrom('decisions as other')
    .select('other.id')
    .where(sql<boolean>`other.replaces = decisions.id`)
    .where(inForceAt('other', at));
  return kysely
    .selectFrom('decisions')
    .selectAll('decisions')
    .select(({ exists }) => exists(other).as('replaced'));
}

/** The condition that a decision had been made and not withdrawn, at a time or now. */
function inForceAt(name: 'decisions' | 'other', at: number | undefined) {
  const column = (key: string) => sql.ref(`${name}.${key}`);
  const [withdrawn, created] = [column('withdrawn_at'), column('created')];
  if (at === undefined) return sql<boolean>`${withdrawn} is null`;
  return sql<boolean>`${created} <= ${at} and (${withdrawn} is null or ${withdrawn} > ${at})`;
}

/**
 * The most bytes of reviews in a list, unless the newest review alone has more. One review can have 700 KB, and all of them are parsed
 * and serialized at once.
 */
const mostReviewed = 2 << 20;

/** Returns the reviews of a run, newest first, or the one with an id: at most `limit`, and at most 2 MiB of `frozen` values. */
export async function reviewsOf(
  { engine, kysely }: Reader,
  run: string,
  { id, limit }: { id: number | undefined; limit: number },
): Promise<ReviewRow[]> {
  const heads = kysely
    .selectFrom('reviews')
    .select(['id', sql<number>`octet_length(frozen)`.as('bytes')])
    .where('run', '=', run)
    .orderBy('id', 'desc')
    .limit(limit);
  const ids: number[] = [];
  let bytes = 0;
  for (const head of await (id === undefined ? heads : heads.where('id', '=', id)).execute()) {
    bytes += head.bytes;
    if (ids.length > 0 && bytes > mostReviewed) break;
    ids.push(head.id);
  }
  const reviews = kysely.selectFrom('reviews').selectAll().orderBy('id', 'desc');
  return reviews.where(oneOf(engine, 'id', ids)).execute();
}

function reaching({ name, branch, base }: Place) {
  const of = (scope: string, value: string) => sql<boolean>`(scope = ${scope} and scope_of = ${value})`;
  return sql<boolean>`(${of('run', name)} or ${of('branch', branch)} or ${of('base', base)} or scope = 'everywhere')`;
}

/** The most changes of rules that are followed. */
const mostChanges = 20;

/** Returns all moves from the causes whose jobs moved, in one or more steps, to one of some causes. */
async function movesBefore({ engine, kysely }: Reader, causes: string[]): Promise<Move[]> {
  const found = new Map<string, Move[]>();
  for (let [next, step] = [causes, 0]; next.length > 0 && step < mostChanges; step++) {
    const sources = kysely
      .selectFrom('cause_moves')
      .select('old')
      .where(oneOf(engine, 'cause', next));
    const moves = await kysely.selectFrom('cause_moves').selectAll().where('old', 'in', sources).execute();
    const fresh = [...Map.groupBy(moves, ({ old }) => old)].filter(([old]) => !found.has(old));
    for (const [old, some] of fresh) found.set(old, some);
    next = fresh.map(([old]) => old);
  }
  return [...found.values()].flat();
}

/** Returns all moves from some causes, and from the causes that these lead to. */
async function movesAfter({ engine, kysely }: Reader, causes: string[]): Promise<Move[]> {
  const found = new Map<string, Move[]>();
  for (let [next, step] = [causes, 0]; next.length > 0 && step < mostChanges; step++) {
    const moves = await kysely
      .selectFrom('cause_moves')
      .selectAll()
      .where(oneOf(engine, 'old', next))
      .execute();
    for (const [old, some] of Map.groupBy(moves, (move) => move.old)) found.set(old, some);
    next = moves.map(({ cause }) => cause).filter((cause) => !found.has(cause));
  }
  return [...found.values()].flat();
}
