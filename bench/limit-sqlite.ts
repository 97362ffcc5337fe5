/** What SQLite itself does with the rows of the server: prepared statements, one durable transaction a write, no HTTP. */
import { documentFields } from '../src/core/job.ts';
import { serveParent } from './child.ts';
import { clients, documentCount, firstPostedId, firstSeededId, runName } from './data.ts';
import { openLikeServer } from './engine.ts';
import type { LimitOrder } from './limits.ts';
import { type Contract, documentJobColumns, hostsOfRow, storedRows } from './rows.ts';
import { seededJobs } from './traffic.ts';

type Values = Record<string, string | number | null>;

const database = openLikeServer(process.argv[2]!);
const stored = storedRows(process.argv[3] as Contract);
const rows = stored as unknown as Values[];
const hosts = stored.map(hostsOfRow);
const runIds = Array.from(
  { length: clients },
  (_, n) => database.prepare('select id from runs where name = ?').get(runName(n))!.id as number,
);
const names = documentJobColumns.map((column) => `"${column}"`);
const changed = documentFields.filter((field) => field !== 'kernel');
const begin = database.prepare('begin immediate');
const commit = database.prepare('commit');
const insertJob = database.prepare(
  `insert into jobs (run_id, job_id, status, posted, updated, ${names.join(', ')})
   values (?, ?, 'unknown', ?, ?, ${names.map(() => '?').join(', ')})`,
);
const insertDocument = database.prepare(
  `insert into job_documents (id, ${documentFields.join(', ')}) values (?, ${documentFields.map(() => '?').join(', ')})`,
);
const insertLink = database.prepare(
  `insert or ignore into job_nodes (node_id, job_id, posted, status) select id, ?, 0, 'queued' from nodes where name = ?`,
);
const readJob = database.prepare('select * from jobs where run_id = ? and job_id = ?');
const updateJob = database.prepare(
  `update jobs set status = ?, updated = ?, ${names.map((name) => `${name} = ?`).join(', ')} where id = ?`,
);
const updateDocument = database.prepare(
  `update job_documents set ${changed.map((field) => `${field} = ?`).join(', ')} where id = ?`,
);
const updateRun = database.prepare(
  'update runs set status = ?, updated = ?, pass = pass + ?, running = running - ?, unknown = unknown + ? where id = ?',
);

let count = 0;

serveParent<LimitOrder>(({ kind, seconds, oneRun }) => {
  const write = kind === 'post' ? post : (n: number, run: number) => put(n, run, kind === 'put-changed');
  const began = performance.now();
  let writes = 0;
  for (; performance.now() < began + seconds * 1000; writes++) {
    begin.run();
    write(count, runIds[oneRun ? 0 : count % clients]!);
    count++;
    commit.run();
  }
  return writes / ((performance.now() - began) / 1000);
});

function picked(row: Values, columns: readonly string[]) {
  return columns.map((column) => row[column] ?? null);
}

function post(n: number, run: number): void {
  const row = rows[n % documentCount]!;
  const at = Date.now() * 1000;
  const job = picked(row, documentJobColumns);
  const id = insertJob.run(run, String(firstPostedId + n), at, at, ...job).lastInsertRowid;
  insertDocument.run(id, ...picked(row, documentFields));
  for (const host of hosts[n % documentCount]!) insertLink.run(id, host);
  updateRun.run('running', at, 0, 0, 1, run);
}

function put(n: number, run: number, whole: boolean): void {
  const number = Math.floor(n / clients);
  const at = Date.now() * 1000;
  const job = readJob.get(run, String(firstSeededId + (number % seededJobs))) as { id: number } & Values;
  if (!whole) {
    updateJob.run('pass', at, ...picked(job, documentJobColumns), job.id);
  } else {
    const row = rows[n % (documentCount - 1)]!;
    updateJob.run(job.status!, at, ...picked(row, documentJobColumns), job.id);
    updateDocument.run(...picked(row, changed), job.id);
    for (const host of hosts[n % (documentCount - 1)]!) insertLink.run(job.id, host);
  }
  updateRun.run('running', at, 1, 1, 0, run);
}
