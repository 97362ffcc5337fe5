/** The search of the jump box. */
import type { SelectQueryBuilder } from 'kysely';
import { pagePath, readReference, withoutQuotes } from '../../core/paths.ts';
import { literalTerm } from '../../core/query-print.ts';
import { asciiLower } from '../../core/query-value.ts';
import { signatureOf } from '../../core/signature.ts';
import { nextTurn } from '../../core/turns.ts';
import { containsInAnyCase } from '../engine/dialect.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { jobsWithCase } from '../read/test-cases.ts';

/** A search result. `path` is relative to the base of the dashboard. */
interface Found {
  kind: 'run' | 'job' | 'node' | 'branch' | 'suite' | 'sha1' | 'user' | 'cause';
  label: string;
  detail: string;
  path: string;
}

/** Finds at most 20 runs, jobs, nodes, branches and others by a part of a name, an id, a URL or a failure reason. */
export async function searchAnything(db: Reader, text: string): Promise<Found[]> {
  const reference = readReference(text);
  const bare = withoutQuotes(text);
  const wanted = reference?.kind === 'run' ? reference.run : (reference?.node ?? bare);
  if (wanted.length < 2) return [];
  const jobId = reference?.kind === 'run' ? reference.jobId : null;
  const found = await Promise.all([
    jobId === null ? jobsWithId(db, null, wanted) : jobsWithId(db, wanted, jobId),
    sha1s(db, asciiLower(wanted)),
    runsNamed(db, wanted),
    nodesNamed(db, wanted),
    reference === null ? causes(db, bare) : [],
  ]);
  return found.flat().slice(0, 20);
}

/** Finds runs whose name contains all words of a text, after those of their branches, suites and users that contain the text. */
async function runsNamed(db: Reader, text: string): Promise<Found[]> {
  const words = text.split(/\s+/).slice(0, 10);
  const runs = await db.kysely
    .selectFrom('runs')
    .select(['name', 'status', 'branch', 'suite', 'user'])
    .where(({ and }) => and(words.map((word) => containsInAnyCase(db.engine, 'runs.name', word))))
    .orderBy('scheduled', 'desc')
    .limit(8)
    .execute();
  const pair = runs.find(({ suite, branch }) => words.length === 2 && words.includes(suite) && words.includes(branch));
  const found: Found[] = [];
  if (pair !== undefined) {
    const q = `${literalTerm('suite', pair.suite)} ${literalTerm('branch', pair.branch)}`;
    const label = `${pair.suite} on ${pair.branch}`;
    found.push({ kind: 'suite', label, detail: 'runs of this suite and branch', path: pagePath.runs({ q }) });
  }
  for (const kind of ['branch', 'suite', 'user'] as const) {
    const values = new Set(runs.map((run) => run[kind]));
    const containing = [...values].filter((value) => value.toLowerCase().includes(text.toLowerCase()));
    for (const label of containing.slice(0, 2)) {
      const path = pagePath.runs({ q: literalTerm(kind, label) });
      found.push({ kind, label, detail: `runs of this ${kind}`, path });
    }
  }
  for (const { name, status } of runs)
    found.push({ kind: 'run', label: name, detail: status, path: pagePath.run(name) });
  return found;
}

/** The most nodes that are shown, and the most causes. */
const shownInAll = 5;

/** Rows searched by one statement, which blocks SQLite for some 10 ms. Clients can create 200,000 rows. */
const rowsAtATime = 10_000;

/** Returns the first matching rows of a table in the order of a key. Searches the rows between two keys at a time. */
async function firstOf<Row>(
  keys: (after: string) => SelectQueryBuilder<Schema, keyof Schema, { key: string }>,
  rows: (after: string, upTo: string, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let after = ''; ; await nextTurn()) {
    const rest = keys(after).limit(1);
    const last = await rest.offset(rowsAtATime - 1).executeTakeFirst();
    found.push(...(await rows(after, last?.key ?? '\u{10ffff}', shownInAll - found.length)));
    if (last === undefined || found.length >= shownInAll) return found;
    after = last.key;
  }
}

/** Finds nodes by a part of their name. For `ubuntu@smithi001.front.example.com` also finds the node smithi001. */
async function nodesNamed(db: Reader, text: string): Promise<Found[]> {
  const host = text.slice(text.indexOf('@') + 1);
  const [short = ''] = host.split('.', 1);
  const named = db.kysely
    .selectFrom('nodes')
    .select(['name', 'machine_type'])
    .where(({ eb, or }) =>
      or([containsInAnyCase(db.engine, 'nodes.name', host), eb('nodes.name', '=', asciiLower(short))]),
    )
    .orderBy('name');
  const keys = db.kysely.selectFrom('nodes').select('name as key').orderBy('name');
  const nodes = await firstOf(
    (after) => keys.where('name', '>', after),
    (after, upTo, limit) => named.where('name', '>', after).where('name', '<=', upTo).limit(limit).execute(),
  );
  return nodes.map(({ name, machine_type }) => {
    return { kind: 'node', label: name, detail: machine_type ?? '', path: pagePath.node(name) };
  });
}

/** Finds causes with these words in their title, with this failure reason, or with this id. Causes without jobs are left out. */
async function causes(db: Reader, text: string): Promise<Found[]> {
  const words = text.split(/\s+/).slice(0, 10);
  if (text.length < 4) return [];
  const titles = db.kysely
    .selectFrom('signatures')
    .select(['id', 'kind', 'title'])
    .where(({ eb, or, and }) =>
      or([
        eb('id', 'in', [signatureOf(text).id, asciiLower(text)]),
        and(words.map((word) => containsInAnyCase(db.engine, 'title', word))),
      ]),
    )
    .orderBy('id');
  const keys = db.kysely.selectFrom('signatures').select('id as key').orderBy('id');
  const titled = await firstOf(
    (after) => keys.where('id', '>', after),
    (after, upTo, limit) => titles.where('id', '>', after).where('id', '<=', upTo).limit(limit).execute(),
  );
  const found = await Promise.all(titled.map(async (cause) => ({ ...cause, last: await lastOf(db, cause) })));
  return found.flatMap(({ id, title, last }): Found[] =>
    last === null ? [] : [{ kind: 'cause', label: title, detail: `last in ${last}`, path: pagePath.cause(id) }],
  );
}

/** Returns the name of the run of the last job with a cause, or null. */
async function lastOf(db: Reader, cause: { id: string; kind: string }): Promise<string | null> {
  const own = await db.kysely
    .selectFrom('jobs')
    .select(['run_id', 'posted'])
    .where('signature', '=', cause.id)
    .orderBy('posted', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [ofCase] = await jobsWithCase(db, cause, { limit: 1 });
  const last = ofCase !== undefined && ofCase.posted > (own?.posted ?? 0) ? ofCase : own;
  if (last === undefined) return null;
  const run = await db.kysely.selectFrom('runs').select('name').where('id', '=', last.run_id).executeTakeFirst();
  return run?.name ?? null;
}

/** Finds jobs with an id in the named run, or the last three with this id in any run. */
async function jobsWithId(db: Reader, run: string | null, jobId: string): Promise<Found[]> {
  if (run === null && !/^\d{1,15}$/.test(jobId)) return [];
  let query = db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['runs.name', 'jobs.job_id', 'jobs.status'])
    .where('jobs.job_id', '=', jobId);
  if (run !== null) query = query.where('runs.name', '=', run);
  const rows = await query.orderBy('jobs.id', 'desc').limit(3).execute();
  return rows.map(({ name, job_id, status }) => {
    return { kind: 'job', label: job_id, detail: `${status} · ${name}`, path: pagePath.job(name, job_id) };
  });
}

async function sha1s(db: Reader, text: string): Promise<Found[]> {
  if (!/^[0-9a-f]{4,40}$/.test(text)) return [];
  const rows = await db.kysely
    .selectFrom('runs')
    .select('sha1')
    .distinct()
    .where('sha1', '>=', text)
    .where('sha1', '<', `${text}\u{10ffff}`)
    .orderBy('sha1')
    .limit(3)
    .execute();
  return rows.map(({ sha1 }) => {
    const path = pagePath.runs({ q: literalTerm('sha1', sha1 ?? '') });
    return { kind: 'sha1', label: sha1 ?? '', detail: 'runs of this build', path };
  });
}
