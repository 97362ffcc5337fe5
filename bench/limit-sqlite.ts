/** What SQLite itself does with the rows of the server: prepared statements, one durable transaction a write, no HTTP. */
import { serveParent } from './child.ts';
import { clients, documentCount, firstPostedId, firstSeededId, runName } from './data.ts';
import { openLikeServer } from './engine.ts';
import type { LimitOrder } from './limits.ts';
import { storedRows } from './rows.ts';
import { seededJobs } from './traffic.ts';

const database = openLikeServer(process.argv[2]!);
const rows = storedRows();
const runIds = Array.from(
  { length: clients },
  (_, n) => database.prepare('select id from runs where name = ?').get(runName(n))!.id as number,
);
const begin = database.prepare('begin immediate');
const commit = database.prepare('commit');
const insertJob = database.prepare(
  `insert into jobs (run_id, job_id, status, posted, updated, small, document_hashes) values (?, ?, 'unknown', ?, ?, ?, ?)`,
);
const insertDocument = database.prepare(
  'insert into job_documents (id, kernel, overrides, roles, targets, tasks) values (?, ?, ?, ?, ?, ?)',
);
const readJob = database.prepare('select * from jobs where run_id = ? and job_id = ?');
const updateJob = database.prepare(
  'update jobs set status = ?, updated = ?, small = ?, document_hashes = ? where id = ?',
);
const updateDocument = database.prepare(
  'update job_documents set overrides = ?, roles = ?, targets = ?, tasks = ? where id = ?',
);
const updateRun = database.prepare(
  'update runs set status = ?, updated = ?, pass = pass + ?, running = running - ?, unknown = unknown + ? where id = ?',
);

let count = 0;

serveParent<LimitOrder>(({ kind, seconds }) => {
  const write = kind === 'post' ? post : (n: number) => put(n, kind === 'put-changed');
  const began = performance.now();
  let writes = 0;
  for (; performance.now() < began + seconds * 1000; writes++) {
    begin.run();
    write(count++);
    commit.run();
  }
  return writes / ((performance.now() - began) / 1000);
});

function post(n: number): void {
  const { small, document_hashes, kernel, overrides, roles, targets, tasks } = rows[n % documentCount]!;
  const run = runIds[n % clients]!;
  const at = Date.now() * 1000;
  const id = insertJob.run(run, String(firstPostedId + n), at, at, small, document_hashes).lastInsertRowid;
  insertDocument.run(id, kernel, overrides, roles, targets, tasks);
  updateRun.run('running', at, 0, 0, 1, run);
}

function put(n: number, changed: boolean): void {
  const run = runIds[n % clients]!;
  const number = Math.floor(n / clients);
  const at = Date.now() * 1000;
  const job = readJob.get(run, String(firstSeededId + (number % seededJobs))) as { id: number } & Record<
    string,
    string
  >;
  if (!changed) {
    updateJob.run('pass', at, job.small!, job.document_hashes!, job.id);
  } else {
    const { small, document_hashes, overrides, roles, targets, tasks } = rows[n % (documentCount - 1)]!;
    updateJob.run(job.status!, at, small, document_hashes, job.id);
    updateDocument.run(overrides, roles, targets, tasks, job.id);
  }
  updateRun.run('running', at, 1, 1, 0, run);
}
