/** Fills a database past the HTTP interface, by threads: one would take most of its time to make what is written. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { isFailure } from '../../src/core/errors.ts';
import { splitObject } from '../../src/core/json-text.ts';
import { parseNodeChange } from '../../src/http/teuthology/node-shapes.ts';
import { open } from '../../src/store/db.ts';
import { type Bulk, openBulk } from './bulk.ts';
import type { WorkerAnswer, WorkerData, WorkerOrder } from './fill-worker.ts';
import { jobsInRun, labMachines, labNodes, scaleRun } from './plan.ts';
import { writeRows } from './rows.ts';

/** What to fill a database with: it goes on from what is there. */
export interface Fill {
  url: string;
  documentBytes: number;
  /** How many runs there are to be; the last one is under way. */
  runs: number;
  /** Jobs of each of them. */
  jobs?: number;
  /** Hears how many runs there are. */
  tell?: (runs: number) => void;
}

/** As many as there are processors in a small machine: PostgreSQL needs some too. */
const threads = 2;

/** How many runs hold so many jobs. */
export function runsFor(jobs: number): number {
  return Math.ceil(jobs / jobsInRun);
}

/** Writes the runs that are missing; nobody else may use the database meanwhile, which has its machines already. */
export async function fill({ url, documentBytes, runs, jobs = jobsInRun, tell = () => {} }: Fill): Promise<void> {
  const bulk = await openBulk(url);
  const there = await finishedRuns(bulk);
  const [runId, jobId] = [await lastId(bulk, 'runs'), await lastId(bulk, 'jobs')];
  const writesItself = !url.startsWith('sqlite:');
  const indexes = writesItself ? await dropIndexes(bulk) : [];
  const data: WorkerData = { url: writesItself ? url : null, documentBytes, nodes: await nodeIds(bulk) };
  const workers = Array.from({ length: threads }, () => startWorker(data));
  let turn = Promise.resolve();
  const work = async (ask: (order: WorkerOrder) => Promise<WorkerAnswer>, first: number) => {
    for (let number = first; number < runs; number += threads) {
      const firstJobId = jobId + 1 + (number - there) * jobs;
      const order = { number, jobs, live: number === runs - 1, runId: runId + 1 + number - there, firstJobId };
      const answer = await ask(order);
      if ('error' in answer) throw new Error(answer.error);
      const { rows } = answer;
      // One after the other, and by the way in the order of their ids, which keeps the pages of SQLite full.
      if (rows) {
        turn = turn.then(() => writeRows(bulk, rows));
        await turn;
      }
      tell(number + 1);
    }
  };
  try {
    await Promise.all(workers.map(({ ask }, index) => work(ask, there + index)));
    await finish(bulk, indexes, writesItself);
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()));
    await bulk.close();
  }
}

/** Removes the run that was under way when it was written: by now it has ended, and is written again. */
async function finishedRuns(bulk: Bulk): Promise<number> {
  const [row] = await bulk.query<{ count: number | string }>('select count(*) as count from runs');
  const count = Number(row?.count);
  if (count === 0) return 0;
  const last = 'select id from runs where name = ?';
  const { name } = scaleRun(count - 1);
  const jobs = `select id from jobs where run_id in (${last})`;
  for (const table of ['job_nodes where job_id', 'job_documents where id']) {
    await bulk.query(`delete from ${table} in (${jobs})`, [name]);
  }
  await bulk.query(`delete from jobs where run_id in (${last})`, [name]);
  await bulk.query('delete from runs where name = ?', [name]);
  return count - 1;
}

async function lastId(bulk: Bulk, table: string): Promise<number> {
  const [row] = await bulk.query<{ id: number | string | null }>(`select max(id) as id from ${table}`);
  return Number(row?.id ?? 0);
}

async function nodeIds(bulk: Bulk): Promise<[string, number][]> {
  const rows = await bulk.query<{ name: string; id: number | string }>('select name, id from nodes');
  return rows.map(({ name, id }) => [name, Number(id)]);
}

const largeTables = ['jobs', 'job_documents', 'job_nodes'];

/** Takes the indexes of the large tables away, which PostgreSQL makes anew in a fifth of the time; answers how to. */
async function dropIndexes(bulk: Bulk): Promise<string[]> {
  // At the end everything is vacuumed anyway.
  for (const table of largeTables) await bulk.query(`alter table ${table} set (autovacuum_enabled = off)`);
  const indexes = await bulk.query<{ name: string; text: string }>(
    `select indexname as name, indexdef as text from pg_indexes where schemaname = current_schema()
       and tablename in ('jobs', 'job_nodes') and indexname not in (select conname from pg_constraint)`,
  );
  for (const { name } of indexes) await bulk.query(`drop index ${name}`);
  return indexes.map(({ text }) => text);
}

/** What the server inserts next comes after the rows, and PostgreSQL knows what autovacuum would have told it by now. */
async function finish(bulk: Bulk, indexes: string[], isPostgres: boolean): Promise<void> {
  if (!isPostgres) return;
  await bulk.query("set maintenance_work_mem = '512MB'");
  for (const text of indexes) await bulk.query(text);
  for (const table of largeTables) await bulk.query(`alter table ${table} reset (autovacuum_enabled)`);
  for (const table of ['runs', 'jobs']) {
    await bulk.query(`select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`);
  }
  await bulk.query('vacuum analyze');
  await bulk.query('checkpoint').catch(() => {});
}

function startWorker(workerData: WorkerData) {
  const worker = new Worker(new URL('fill-worker.ts', import.meta.url), { workerData });
  return {
    async ask(order: WorkerOrder): Promise<WorkerAnswer> {
      worker.postMessage(order);
      const [answer] = (await once(worker, 'message')) as [WorkerAnswer];
      return answer;
    },
    async stop() {
      const ended = once(worker, 'exit');
      worker.postMessage(null);
      await ended;
    },
  };
}

/** Writes the machines and queues of the lab into a new database. */
export async function addLab(url: string): Promise<void> {
  const db = await open({ url, poolSize: 1, now: () => Date.now() * 1000 });
  const at = scaleRun(0).scheduled.getTime() * 1000;
  for (const { name, ...values } of labNodes()) {
    const change = parseNodeChange({ texts: splitObject(JSON.stringify(values)), size: 0 });
    if (isFailure(change)) throw new Error(`the server would refuse node ${name}`);
    await db.nodeWriter.write({ kind: 'create', name, change, at }, 0);
  }
  const unpaused = { paused_by: null, paused_since: null, paused_until: null, pause_duration: null };
  const queues = Object.keys(labMachines).map((queue) => ({ queue, ...unpaused }));
  await db.kysely.insertInto('queues').values(queues).execute();
  await db.close();
}
