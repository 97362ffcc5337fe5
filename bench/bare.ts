/**
 * The bare engines as the limit of the server: rows that the server has stored are written again with the statements that
 * a write cannot do without, in a durable transaction each, without HTTP. Prepared statements of one process on SQLite,
 * pgbench with as many connections as there are clients on PostgreSQL.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { promisify } from 'node:util';
import { findPrograms } from '../test/helpers/postgres.ts';
import { openLikeServer, plain, type Row, rowsOf, type Value } from './database.ts';
import { clients, documentCount, firstJob, jobsOfRun, runPrefix, type WriteKind } from './traffic.ts';

/** A bare engine on a database that `sendRuns` has filled. */
interface Bare {
  /** What it is, for the results. */
  title: string;
  /** Returns writes per second. */
  measure(kind: WriteKind, seconds: number): Promise<number>;
}

/** A job as the server stored it, without its ids and its columns that are null. */
interface Stored {
  job: Row;
  document: Row;
  links: Row[];
}

/** Opens the limit of the engine of a database. */
export async function openBare(url: string, folder: string): Promise<Bare> {
  const stored = await Promise.all(Array.from({ length: documentCount }, (_, n) => readStored(url, firstJob + n)));
  return url.startsWith('sqlite:') ? bareSqlite(url, stored) : barePostgres(url, folder, stored);
}

async function readStored(url: string, job_id: number): Promise<Stored> {
  const job = 'select jobs.* from jobs join runs on runs.id = run_id where runs.name = ? and job_id = ?';
  const [row] = await rowsOf(url, job, [`${runPrefix}0`, String(job_id)]);
  const id = row!.id as number;
  const [document] = await rowsOf(url, 'select * from job_documents where id = ?', [id]);
  const links = await rowsOf(url, 'select * from job_nodes where job_id = ?', [id]);
  return {
    job: without(row!, ['id', 'run_id', 'job_id']),
    document: without(document!, ['id']),
    links: links.map((link) => without(link, ['job_id'])),
  };
}

function without(row: Row, columns: string[]): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([column, value]) => value !== null && !columns.includes(column)),
  );
}

/** A statement with variables, `:name`; the columns of its row become variables whose names begin with `into`. */
interface Step {
  text: string;
  into?: string;
}

/** The statements of a write, for each document; a status is one of two. */
function scriptsOf(kind: WriteKind, stored: Stored[], lock: string): Step[][] {
  const read = 'select * from jobs where run_id = :r_id and job_id = :job';
  return stored
    .slice(0, kind === 'status' ? 2 : undefined)
    .map((one, n) => [
      { text: `select * from runs where name = :prefix || :client_id${lock}`, into: 'r_' },
      kind === 'post' ? { text: read } : { text: read, into: 'o_' },
      ...changeOf(kind, one, n),
      { text: 'update runs set updated = :at, running = running + 1 where id = :r_id' },
    ]);
}

function changeOf(kind: WriteKind, { job, document, links }: Stored, n: number): Step[] {
  const ofJob = (column: string) => `:j${n}_${column}`;
  const ofDocument = (column: string) => `:d${n}_${column}`;
  if (kind === 'status') {
    const status = n === 0 ? "'waiting'" : "'running'";
    return [
      { text: `update jobs set status = ${status}, updated = :at where id = :o_id` },
      { text: `update job_nodes set status = ${status} where job_id = :o_id and status <> ${status}` },
    ];
  }
  if (kind === 'document')
    return [
      { text: updateText('jobs', without(job, ['posted', 'started']), ofJob) },
      { text: updateText('job_documents', document, ofDocument) },
      { text: 'insert into job_nodes select * from job_nodes where job_id = :o_id on conflict do nothing' },
    ];
  const literal = (link: Row) => (column: string) => `'${String(link[column]).replaceAll("'", "''")}'`;
  return [
    { text: `${insertText('jobs', job, { run_id: ':r_id', job_id: ':job' }, ofJob)} returning id`, into: 'o_' },
    { text: insertText('job_documents', document, { id: ':o_id' }, ofDocument) },
    ...links.map((link) => ({
      text: `${insertText('job_nodes', link, { job_id: ':o_id' }, literal(link))} on conflict do nothing`,
    })),
  ];
}

function insertText(table: string, row: Row, keys: Record<string, string>, value: (column: string) => string): string {
  const columns = [...Object.keys(keys), ...Object.keys(row)].map((column) => `"${column}"`);
  return `insert into ${table} (${columns}) values (${[...Object.values(keys), ...Object.keys(row).map(value)]})`;
}

function updateText(table: string, row: Row, value: (column: string) => string): string {
  return `update ${table} set ${Object.keys(row).map((column) => `"${column}" = ${value(column)}`)} where id = :o_id`;
}

/** What no write changes, and the values of all documents, by the names that `changeOf` gives them. */
function variablesOf(stored: Stored[]): [name: string, value: Value][] {
  const named = (row: Row, prefix: string) =>
    Object.entries(row).map(([column, value]): [string, Value] => [`${prefix}_${column}`, value]);
  const documents = stored.flatMap(({ job, document }, n) => [...named(job, `j${n}`), ...named(document, `d${n}`)]);
  return [['prefix', runPrefix], ...documents];
}

function bareSqlite(url: string, stored: Stored[]): Bare {
  const database = openLikeServer(url);
  const variables: Record<string, SQLInputValue> = Object.fromEntries(
    variablesOf(stored).map(([name, value]) => [name, plain(value)]),
  );
  let count = 0;
  const prepare = ({ text, into }: Step) => {
    const names = [...text.matchAll(/:([a-z]\w*)/g)].map(([, name]) => name!);
    const statement = database.prepare(text.replace(/:[a-z]\w*/g, '?'));
    return () => {
      const [row] = statement.all(...names.map((name) => variables[name]!));
      // Of what is read only the id is needed again.
      if (into !== undefined) variables[`${into}id`] = row!.id!;
    };
  };
  const [begin, commit] = [prepare({ text: 'begin immediate' }), prepare({ text: 'commit' })];
  return {
    title: 'prepared statements',
    async measure(kind, seconds) {
      const scripts = scriptsOf(kind, stored, '').map((steps) => steps.map(prepare));
      const [began, first] = [performance.now(), count];
      for (; performance.now() < began + seconds * 1000; count++) {
        const n = Math.floor(count / clients);
        variables.client_id = String(count % clients);
        variables.job = String(kind === 'post' ? 50 * firstJob + n : firstJob + (n % jobsOfRun));
        variables.at = Date.now() * 1000;
        begin();
        // Another one for each round over all jobs, so that each write is a change.
        for (const step of scripts[(n + Math.floor(n / jobsOfRun)) % scripts.length]!) step();
        commit();
      }
      return (count - first) / ((performance.now() - began) / 1000);
    },
  };
}

function barePostgres(url: string, folder: string, stored: Stored[]): Bare {
  const pgbench = findPgbench();
  const values = variablesOf(stored).map(([name, value]) => `${name}=${value}`);
  let begun = 0;
  return {
    title: `pgbench, ${clients} connections`,
    async measure(kind, seconds) {
      const job =
        kind === 'post' ? `${50 * firstJob} + :n * ${clients} + :client_id` : `${firstJob} + :n % ${jobsOfRun}`;
      // pgbench chooses between the scripts: writing the same document again would not touch an index.
      const files = scriptsOf(kind, stored, ' for update').map((steps, n) => {
        const lines = steps.map(({ text, into }) => (into === undefined ? `${text};` : `${text} \\gset ${into}`));
        const path = join(folder, `${kind}-${n}.pgbench`);
        writeFileSync(path, ['\\set n :n + 1', `\\set job ${job}`, 'begin;', ...lines, 'commit;', ''].join('\n'));
        return ['-f', path];
      });
      const defined = [...values, `at=${Date.now() * 1000}`, `n=${begun}`].flatMap((one) => ['-D', one]);
      // No connection has counted that far when the next round begins.
      begun += 100_000;
      const options = ['-n', '-M', 'prepared', '-c', `${clients}`, '-j', '2', '-T', `${seconds}`, ...files.flat()];
      const running = promisify(execFile)(pgbench, [...options, ...defined, url]);
      // The message of the error itself repeats every value.
      const { stdout } = await running.catch(({ stderr }: { stderr: string }) => {
        throw new Error(`pgbench failed: ${stderr.slice(0, 2000)}`);
      });
      return Number(/^tps = ([\d.]+)/m.exec(stdout)![1]);
    },
  };
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
