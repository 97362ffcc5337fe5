/** The limit of reads: the smallest program that gives the same answers with one query, one conversion and bare `node:http`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { formatTimestamp } from '../src/core/time.ts';
import { getTypeParser, openLikeServer, type Row, type Value } from './database.ts';
import { jobsPath, runPrefix } from './traffic.ts';

const url = process.argv[2]!;
const ofRun = `jobs.run_id = (select id from runs where name = '${runPrefix}0')`;
const nodeColumns = `name, description, up, machine_type, is_vm, null as vm_host, os_type, os_version, arch, locked,
  locked_since, locked_by, mac_address, ssh_pub_key`;

/** By path, the query and how its rows are printed. */
const answers: Record<string, [query: string, print: (rows: Row[]) => string]> = {
  '/runs/?count=100': ['select * from runs order by posted desc, id desc limit 100', list(run)],
  '/runs/?fields=name,status': ['select name, status from runs order by posted desc, id desc limit 25', JSON.stringify],
  '/nodes/': [`select ${nodeColumns} from nodes order by name`, list(node)],
  [`${jobsPath(0)}?fields=job_id,status`]: [
    `select job_id, status from jobs where ${ofRun} order by id`,
    JSON.stringify,
  ],
  [jobsPath(0).replace('jobs/', '')]: [
    `select * from jobs join job_documents on job_documents.id = jobs.id where ${ofRun} order by job_id`,
    (rows) => `{"jobs":[${rows.map(job)}]}`,
  ],
};

const pool = url.startsWith('sqlite:')
  ? null
  : new pg.Pool({ connectionString: url, max: 10, types: { getTypeParser } });
const printers = new Map(
  Object.entries(answers).map(([path, [query, print]], n) => [path, printer(`s${n}`, query, print)]),
);
const server = createServer(async (request, response) => {
  const body = await printers.get(request.url!)!();
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

function printer(name: string, text: string, print: (rows: Row[]) => string): () => Promise<Buffer> {
  if (pool !== null) return async () => Buffer.from(print((await pool.query({ name, text })).rows));
  const statement = openLikeServer(url).prepare(text);
  return async () => Buffer.from(print(statement.all() as Row[]));
}

function list(print: (row: Row) => object): (rows: Row[]) => string {
  return (rows) => JSON.stringify(rows.map(print));
}

function time(value: Value | undefined): string | null {
  return formatTimestamp(value as number | null);
}

function run(row: Row): object {
  const { name, user, status, queued, pass, running, waiting, fail, dead, unknown, sha1, flavor, ...rest } = row;
  const { branch, suite, machine_type, priority, posted, scheduled, started, updated } = rest;
  const total = [queued, pass, running, waiting, fail, dead, unknown].reduce<number>((sum, n) => sum + Number(n), 0);
  const results = { queued, pass, running, waiting, fail, dead, unknown, total, sha1, flavor };
  const times = {
    ...{ posted: time(posted), scheduled: time(scheduled) },
    ...{ started: time(started), updated: time(updated) },
  };
  const href = `http://127.0.0.1:8080/runs/${name}/`;
  const facts = { branch, suite, machine_type, sha1, priority, flavor, tags: [] };
  return { name, href, user, status, jobs_count: total, results, ...times, ...facts };
}

/** SQLite has 0 and 1 for booleans. */
function node(row: Row): Row {
  return { ...row, up: Boolean(row.up), is_vm: Boolean(row.is_vm), locked: Boolean(row.locked) };
}

/** What is stored as JSON is passed on as it is. */
function job(row: Row): string {
  const values = Object.entries(row).map(([column, value]) => {
    const isJson = typeof value === 'string' && /^[{[]/.test(value);
    return `"${column}":${isJson ? value : JSON.stringify(['posted', 'started', 'updated'].includes(column) ? time(value) : value)}`;
  });
  return `{${values}}`;
}
