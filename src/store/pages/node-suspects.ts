/** Finds suspect nodes and their failures (core/verdicts/lab.ts). */
import { sql } from 'kysely';
import type { Signature } from '../../core/signature.ts';
import { milliseconds } from '../../core/time.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { crowdedHours, judgeNodes, type NodeFailure, type Suspect, suspectDays } from '../../core/verdicts/lab.ts';
import type { Reader } from '../engine/schema.ts';
import { countsByNode, nodePages } from '../read/nodes.ts';
import { causeOf } from './job-lines.ts';
import { startsIn } from './outages.ts';

/** The failures of a node. Everything in this file covers the last 14 days. */
export interface NodeCharge {
  /** Infra failures that were not part of a burst. */
  failures: number;
  /** Jobs that ended. */
  jobs: number;
  suspicion: Suspicion | null;
}

/** The reason why a node is suspect. */
export interface Suspicion extends Suspect {
  /** The number of suspect nodes of its machine type. */
  suspects: number;
  /** The causes of its failed jobs, the most frequent first. */
  causes: { cause: Signature; jobs: number }[];
}

/**
 * Milliseconds for which a result is fresh, and for which it is usable while a new one is computed. The result is cached because pages
 * of nodes are read again whenever a node changes, and computing it takes 500 ms with 56,000 jobs in 14 days.
 */
const keptFor = 60_000;
const usableFor = 600_000;

type Charges = Map<string, NodeCharge>;

const kept = new WeakMap<Reader['kysely'], { madeAt: number; charges: Promise<Charges>; isRenewed: boolean }>();

/** Returns the charges of all nodes by their names, at most some minutes old. `at` is now, in microseconds. */
export function chargesOfNodes(db: Reader, at: number): Promise<Charges> {
  const known = kept.get(db.kysely);
  // A monotonic clock, so that setting back the system clock does not extend the life of a result.
  const madeAt = performance.now();
  const age = known === undefined ? Number.POSITIVE_INFINITY : madeAt - known.madeAt;
  if (known !== undefined && (age < keptFor || (known.isRenewed && age < usableFor))) return known.charges;
  const made = { madeAt, charges: readCharges(db, at), isRenewed: false };
  const isUsable = known !== undefined && age < usableFor;
  if (isUsable) known.isRenewed = true;
  else kept.set(db.kysely, made);
  made.charges.then(
    () => kept.set(db.kysely, made),
    () => kept.delete(db.kysely),
  );
  return isUsable ? known.charges : made.charges;
}

async function readCharges(db: Reader, at: number): Promise<Charges> {
  const since = at - suspectDays * 1000;
  const nodes = await countedNodes(db, since);
  const charges: Charges = new Map();
  for (const { name, jobs } of nodes.values()) charges.set(name, { failures: 0, jobs, suspicion: null });
  const { failures, causes } = await readFailures(db, since, nodes);
  const jobsOf = Map.groupBy(nodes.values(), ({ type }) => type);
  for (const [type, failed] of failures) {
    const jobs = new Map(jobsOf.get(type)?.map((node) => [node.name, node.jobs]));
    const starts = await startsAround(db, type, failed);
    const started = (from: number, to: number) => placeOf(starts, to) - placeOf(starts, from);
    const { suspects, charged } = judgeNodes({ failures: failed, jobs, started });
    for (const [name, own] of charged) charges.get(name)!.failures = own.length;
    for (const one of suspects) {
      const counts = Map.groupBy(charged.get(one.node) ?? [], ({ cause }) => cause);
      const found = [...counts].map(([id, { length }]) => ({ cause: causes.get(id)!, jobs: length }));
      found.sort((a, b) => b.jobs - a.jobs);
      charges.get(one.node)!.suspicion = { ...one, suspects: suspects.length, causes: found.slice(0, 5) };
    }
    await nextTurn();
  }
  return charges;
}

interface CountedNode {
  name: string;
  type: string;
  jobs: number;
}

/** Returns all nodes by their internal ids. */
async function countedNodes(db: Reader, since: number): Promise<Map<number, CountedNode>> {
  const counts = await countsByNode(db, since);
  const nodes = new Map<number, CountedNode>();
  for await (const page of nodePages(db, {})) {
    for (const { id, name, machine_type } of page) {
      const { pass, fail, dead } = counts.get(id) ?? { pass: 0, fail: 0, dead: 0 };
      nodes.set(id, { name, type: machine_type ?? '', jobs: pass + fail + dead });
    }
  }
  return nodes;
}

/** Links of failed jobs to nodes: read by one statement (some 5 ms on SQLite), and at most (ten times as many as labs have). */
const linksAtATime = 1000;
const mostLinks = 200_000;

/** Returns the failures of class infra or support by machine type, ascending by start, and their causes by id. */
async function readFailures(db: Reader, since: number, nodes: ReadonlyMap<number, CountedNode>) {
  const found = new Map<string, { start: number; nodes: string[]; cause: string }>();
  const failures = new Map<string, NodeFailure[]>();
  const causes = new Map<string, Signature>();
  let read = 0;
  for await (const rows of failedLinks(db, since)) {
    for await (const row of inTurns(rows)) {
      const node = nodes.get(row.node_id);
      // Jobs that were stored before causes were are left out until they have been reindexed.
      const isKnown = row.signature === null ? row.silent : row.kind !== null;
      const cause = isKnown ? causeOf({ ...row, failure_reason: null }) : null;
      if (node === undefined || cause === null || (cause.class !== 'infra' && cause.class !== 'support')) continue;
      causes.set(cause.id, cause);
      const key = `${row.job_id} ${node.type}`;
      const one = found.get(key) ?? { start: milliseconds(row.start), nodes: [], cause: cause.id };
      one.nodes.push(node.name);
      if (one.nodes.length > 1) continue;
      found.set(key, one);
      const list = failures.get(node.type);
      if (list === undefined) failures.set(node.type, [one]);
      else list.push(one);
    }
    read += rows.length;
    if (read >= mostLinks) break;
  }
  for (const list of failures.values()) list.sort((a, b) => a.start - b.start);
  return { failures, causes };
}

/** Yields failed jobs with their nodes, page by page. Jobs that were posted at the same time are on the same page. */
async function* failedLinks(db: Reader, since: number) {
  const failed = ['fail', 'dead'] as const;
  const links = db.kysely.selectFrom('job_nodes').where('job_nodes.status', 'in', failed);
  for (let after = since; ; await nextTurn()) {
    const page = links.select('posted').where('posted', '>', after).orderBy('posted').limit(1);
    const last = await page.offset(linksAtATime - 1).executeTakeFirst();
    const reason = sql<string>`coalesce(jobs.failure_reason, '')`;
    yield await links
      // SQLite reads the tables of a cross join in the order in which they are written.
      .crossJoin('jobs')
      .leftJoin('signatures', 'signatures.id', 'jobs.signature')
      .whereRef('jobs.id', '=', 'job_nodes.job_id')
      .where('job_nodes.posted', '>', after)
      .where('job_nodes.posted', '<=', last?.posted ?? Number.MAX_SAFE_INTEGER)
      .select(['job_nodes.node_id', 'job_nodes.job_id', 'jobs.status', 'jobs.signature'])
      .select(['signatures.kind', 'signatures.title', sql<number>`coalesce(jobs.started, jobs.posted)`.as('start')])
      .select(sql<boolean>`${reason} = ''`.as('silent'))
      .execute();
    if (last === undefined) return;
    after = last.posted;
  }
}

/** Returns when jobs of a machine type started in the hours in which a cause was frequent, ascending, in milliseconds. */
async function startsAround(db: Reader, type: string, failures: readonly NodeFailure[]): Promise<number[]> {
  const spans: { from: number; to: number }[] = [];
  const hours = [...crowdedHours(failures)].sort((a, b) => a.from - b.from);
  for (const { from, to } of hours) {
    const last = spans.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else spans.push({ from, to });
  }
  const starts: number[] = [];
  for await (const { from, to } of inTurns(spans)) {
    const runs = await runsAt(db, type, from * 1000, to * 1000);
    for await (const rows of startsIn(db, runs, from * 1000, to * 1000))
      for (const { start } of rows) starts.push(milliseconds(start));
    await nextTurn();
  }
  return starts.sort((a, b) => a - b);
}

/** Returns runs that may have had jobs running between two times, scheduled at most two weeks before. */
function runsAt({ kysely }: Reader, type: string, from: number, to: number) {
  return kysely
    .selectFrom('runs')
    .selectAll()
    .where('machine_type', '=', type)
    .where('scheduled', '>=', from - suspectDays * 1000)
    .where('scheduled', '<=', to)
    .where('updated', '>=', from)
    .orderBy('scheduled', 'desc')
    .limit(2000)
    .execute();
}

/** Returns how many of some ascending times are before `time`. */
function placeOf(times: readonly number[], time: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (times[middle]! < time) from = middle + 1;
    else to = middle;
  }
  return from;
}
