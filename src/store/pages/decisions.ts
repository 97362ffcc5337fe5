/** What people said of causes (core/decisions), for lists and for the runs that it reaches. */
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

/** A stored decision with true booleans, and times in milliseconds. */
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

/** Changes with every decision, also with one that is withdrawn. Clocks of servers differ, so that no time tells which was the last. */
export async function decisionState({ kysely }: Reader): Promise<string> {
  const [last, withdrawn] = await Promise.all([
    kysely.selectFrom('decisions').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    countOf(kysely.selectFrom('decisions').where('withdrawn_at', 'is not', null)),
  ]);
  return `${last?.id} ${withdrawn}`;
}

/** A list of decisions, newest first; every condition that is given must hold. */
export interface DecisionList {
  cause?: string | undefined;
  /** Only those that reach this run. */
  place?: Place | undefined;
  /** The id of the last one of the page before. */
  after: number | null;
  limit: number;
}

/** A decision in a list. `scattered` are the causes that its jobs went to when the rules changed, if none holds most of them. */
export interface ListedDecision extends Candidate {
  scattered: string[];
}

/** A page of decisions. */
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

/** The most decisions on the causes of a run that are looked at, the newest. */
const mostCandidates = 5000;

/** How many are read at a time: 5,000 take SQLite and the server 80 ms. */
const candidatesAtATime = 500;

/** The decisions on a cause of a run, and those on causes of earlier rules whose jobs were scattered over it and others. */
export interface CauseDecisions {
  candidates: Candidate[];
  scattered: Candidate[];
}

/** The decisions that reach a run, by its causes; with `at` (microseconds) as they were then. */
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
      // One that is found was not withdrawn at that time.
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

/** Decisions, those that there were at a time if one is given, with whether another one has taken their place. */
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

/** That a decision had been made and not been withdrawn, at a time or now. */
function inForceAt(name: 'decisions' | 'other', at: number | undefined) {
  const column = (key: string) => sql.ref(`${name}.${key}`);
  const [withdrawn, created] = [column('withdrawn_at'), column('created')];
  if (at === undefined) return sql<boolean>`${withdrawn} is null`;
  return sql<boolean>`${created} <= ${at} and (${withdrawn} is null or ${withdrawn} > ${at})`;
}

/** The most bytes of reviews in a list, unless the last one alone has more: one can have 700 KB, and all are parsed and printed at once. */
const mostReviewed = 2 << 20;

/** The reviews of a run, newest first, or the one with an id; at most `limit`, and 2 MB of what they froze. */
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

/** Changes of rules that are followed. */
const mostChanges = 20;

/** Every move that leads to one of some causes, and all others of the causes that they come from. */
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

/** Every move of some causes, and of those that they lead to. */
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
