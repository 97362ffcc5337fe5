/**
 * The bare engines as the limit of the server: rows that the server has stored are written again with the statements that
 * a write cannot do without, in a durable transaction each, without HTTP. Prepared statements of one process on SQLite,
 * pgbench with as many connections as there are clients on PostgreSQL.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms } from '../test/helpers/postgres.ts';
import { connect, openLikeServer, plain, type Row, type Sql, type Value } from './database.ts';
import { clients, documentCount, firstJob, jobsOfRun, runPrefix, type WriteKind } from './traffic.ts';

/** A bare engine on a database that `sendRuns` has filled. */
export interface Bare {
  /** What it is, for the results. */
  title: string;
  /** Returns writes per second. */
  measure(kind: WriteKind, seconds: number): Promise<number>;
}

/** A job as the server stored it, without its ids. */
interface Stored {
  job: Row;
  document: Row;
  links: Row[];
}

/** Opens the limit of the engine of a database. */
export async function openBare(url: string, folder: string): Promise<Bare> {
  const sql = await connect(url);
  const stored = await readStored(sql).finally(() => sql.close());
  return sql.engine === 'sqlite' ? bareSqlite(url, stored) : barePostgres(url, folder, stored);
}

async function readStored(sql: Sql): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (let n = 0; n < documentCount; n++) {
    const [row] = await sql.query(
      'select jobs.* from jobs join runs on runs.id = run_id where runs.name = ? and job_id = ?',
      [`${runPrefix}0`, String(firstJob + n)],
    );
    const id = (row as Row).id as number;
    const [document] = await sql.query('select * from job_documents where id = ?', [id]);
    const links = await sql.query('select * from job_nodes where job_id = ?', [id]);
    stored.push({
      job: without(row as Row, ['id', 'run_id', 'job_id']),
      document: without(document as Row, ['id']),
      links: links.map((link) => without(link, ['job_id'])),
    });
  }
  return stored;
}

/** The columns that no change of a job touches. */
const fixed = ['posted', 'started'];

/** A row without some columns, and without those that are null, because an insert leaves them null anyway. */
function without(row: Row, columns: string[]): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([column, value]) => value !== null && !columns.includes(column)),
  );
}

const lockRun = (run: string) => `select * from runs where name = ${run}`;
const readJob = (run: string, job: string) => `select * from jobs where run_id = ${run} and job_id = ${job}`;
const setStatus = (status: string, at: string, id: string) =>
  `update jobs set status = ${status}, updated = ${at} where id = ${id}`;
const setLinks = (status: string, id: string) =>
  `update job_nodes set status = ${status} where job_id = ${id} and status <> ${status}`;
const linkAgain = (id: string) =>
  `insert into job_nodes select * from job_nodes where job_id = ${id} on conflict do nothing`;
const setRun = (at: string, id: string) => `update runs set updated = ${at}, running = running + 1 where id = ${id}`;

/** The statements of one write; `value` puts a value into a statement. */
function insertText(table: string, row: Row, keys: Record<string, string>, value: (column: string) => string): string {
  const columns = [...Object.keys(keys), ...Object.keys(row)].map((column) => `"${column}"`);
  return `insert into ${table} (${columns}) values (${[...Object.values(keys), ...Object.keys(row).map(value)]})`;
}

function updateText(table: string, row: Row, id: string, value: (column: string) => string): string {
  return `update ${table} set ${Object.keys(row).map((column) => `"${column}" = ${value(column)}`)} where id = ${id}`;
}

function bareSqlite(url: string, stored: Stored[]): Bare {
  const database = openLikeServer(url);
  const prepare = (text: string) => {
    const statement = database.prepare(text);
    return (...values: (Value | undefined)[]) => statement.all(...values.map(plain)) as Row[];
  };
  const mark = () => '?';
  const prepared = stored.map(({ job, document, links }) => ({
    values: [Object.values(job), Object.values(document), Object.values(without(job, fixed))] as const,
    insertJob: prepare(`${insertText('jobs', job, { run_id: '?', job_id: '?' }, mark)} returning id`),
    insertDocument: prepare(insertText('job_documents', document, { id: '?' }, mark)),
    updateJob: prepare(updateText('jobs', without(job, fixed), '?', mark)),
    updateDocument: prepare(updateText('job_documents', document, '?', mark)),
    links: links.map(
      (link) =>
        [
          prepare(`${insertText('job_nodes', link, { job_id: '?' }, mark)} on conflict do nothing`),
          Object.values(link),
        ] as const,
    ),
  }));
  const [begin, commit] = [prepare('begin immediate'), prepare('commit')];
  const [lock, read, status] = [prepare(lockRun('?')), prepare(readJob('?', '?')), prepare(setStatus('?', '?', '?'))];
  const [linked, again, run] = [prepare(setLinks('?1', '?2')), prepare(linkAgain('?')), prepare(setRun('?', '?'))];
  let count = 0;
  const write = (kind: WriteKind) => {
    const n = Math.floor(count / clients);
    const runId = lock(`${runPrefix}${count++ % clients}`)[0]?.id;
    const { values, insertJob, insertDocument, updateJob, updateDocument, links } = prepared[n % documentCount]!;
    const at = Date.now() * 1000;
    const job_id = String(kind === 'post' ? 50 * firstJob + n : firstJob + (n % jobsOfRun));
    const found = read(runId, job_id)[0];
    if (kind === 'status') {
      // One status a round over all jobs, so that each is a change.
      const next = Math.floor(n / jobsOfRun) % 2 ? 'running' : 'waiting';
      status(next, at, found?.id);
      linked(next, found?.id);
    } else {
      const id = kind === 'post' ? insertJob(runId, job_id, ...values[0])[0]?.id : found?.id;
      if (kind === 'post') {
        insertDocument(id, ...values[1]);
        for (const [insert, link] of links) insert(id, ...link);
      } else {
        updateJob(...values[2], id);
        updateDocument(...values[1], id);
        again(id);
      }
    }
    run(at, runId);
  };
  const measure = async (kind: WriteKind, seconds: number) =>
    countFor(seconds, () => {
      begin();
      write(kind);
      commit();
    });
  return { title: 'prepared statements', measure };
}

/** How often a second something can be done, one time after the other. */
function countFor(seconds: number, work: () => void): number {
  const began = performance.now();
  let count = 0;
  for (; performance.now() < began + seconds * 1000; count++) work();
  return count / ((performance.now() - began) / 1000);
}

function barePostgres(url: string, folder: string, stored: Stored[]): Bare {
  const pgbench = findPgbench();
  let begun = 0;
  return {
    title: `pgbench, ${clients} connections`,
    async measure(kind, seconds) {
      // pgbench chooses between the scripts: writing the same document again would not touch an index.
      const scripts = stored.slice(0, kind === 'status' ? 2 : undefined).map((one, n) => {
        const path = join(folder, `${kind}-${n}.pgbench`);
        writeFileSync(path, pgbenchScript(kind, one, n));
        return ['-f', path];
      });
      const values = stored.flatMap(({ job, document }, n) => [
        ...variables(`j${n}_`, job),
        ...variables(`d${n}_`, document),
      ]);
      const common = [`prefix=${runPrefix}`, `at=${Date.now() * 1000}`, `n=${begun}`];
      // No connection has counted that far when the next round begins.
      begun += 100_000;
      const options = [
        '-n',
        '-M',
        'prepared',
        '-c',
        `${clients}`,
        '-j',
        '2',
        '-T',
        `${Math.ceil(seconds)}`,
        ...scripts.flat(),
      ];
      const defined = [...common, ...values].flatMap((variable) => ['-D', variable]);
      const running = promisify(execFile)(pgbench, [...options, ...defined, url]);
      // The message of the error itself repeats every value.
      const { stdout } = await running.catch(({ stderr }: { stderr: string }) => {
        throw new Error(`pgbench failed: ${stderr.slice(0, 2000)}`);
      });
      const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
      if (!(perSecond > 0)) throw new Error(`pgbench failed: ${stdout}`);
      return perSecond;
    },
  };
}

function variables(prefix: string, row: Row): string[] {
  return Object.entries(row).map(([column, value]) => `${prefix}${column}=${value}`);
}

function pgbenchScript(kind: WriteKind, { job, document, links }: Stored, n: number): string {
  const ofJob = (column: string) => `:j${n}_${column}`;
  const ofDocument = (column: string) => `:d${n}_${column}`;
  const link = links.map(
    (one) =>
      `${insertText('job_nodes', one, { job_id: ':o_id' }, (column) => quoted(one[column]))} on conflict do nothing`,
  );
  const body = {
    status: [
      setStatus(n % 2 ? "'running'" : "'waiting'", ':at', ':o_id'),
      setLinks(n % 2 ? "'running'" : "'waiting'", ':o_id'),
    ],
    document: [
      updateText('jobs', without(job, fixed), ':o_id', ofJob),
      updateText('job_documents', document, ':o_id', ofDocument),
      linkAgain(':o_id'),
    ],
    post: [
      `${insertText('jobs', job, { run_id: ':r_id', job_id: ':job' }, ofJob)} returning id \\gset o_`,
      insertText('job_documents', document, { id: ':o_id' }, ofDocument),
      ...link,
    ],
  }[kind];
  const lines = [
    '\\set n :n + 1',
    kind === 'post'
      ? `\\set job ${50 * firstJob} + :n * ${clients} + :client_id`
      : `\\set job ${firstJob} + :n % ${jobsOfRun}`,
    'begin;',
    `${lockRun(':prefix || :client_id')} for update \\gset r_`,
    kind === 'post' ? `${readJob(':r_id', ':job')};` : `${readJob(':r_id', ':job')} \\gset o_`,
    ...body.map((statement) => (statement.includes('\\gset') ? statement : `${statement};`)),
    `${setRun(':at', ':r_id')};`,
    'commit;',
  ];
  return `${lines.join('\n')}\n`;
}

function quoted(value: Value | undefined): string {
  return `'${String(value).replaceAll("'", "''")}'`;
}

/** Throws one sentence when there is no pgbench in PATH or beside the PostgreSQL that the tests use. */
function findPgbench(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), findPrograms().folder];
  const found = folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'pgbench is neither in PATH nor beside the PostgreSQL of the tests; install it (Debian: postgresql-contrib or postgresql) or choose --engine sqlite',
  );
}
