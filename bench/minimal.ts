/** The least program that could answer the same reads: one query, one print, bare `node:http`. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { serveParent } from './child.ts';
import { runName } from './data.ts';
import { openLikeServer } from './engine.ts';

const url = process.argv[2]!;
const runsQuery = 'select name, pass, running, fail from runs order by posted desc, id desc limit 100';
const jobsQuery = `select job_id, small, kernel, overrides, roles, targets, tasks
  from jobs join job_documents on job_documents.id = jobs.id
  where run_id = (select id from runs where name = '${runName(0)}') order by jobs.id`;

type Row = Record<string, string | number | null>;

const [runs, jobs] = url.startsWith('sqlite:') ? onSqlite() : onPostgres();
const ready = await printJobs();

const server = createServer(async (request, response) => {
  if (request.url === '/ready/') send(response, ready);
  else if (request.url === '/runs/') send(response, await printRuns());
  else send(response, await printJobs());
});
server.listen(0, '127.0.0.1');

serveParent<'port'>(() => (server.address() as AddressInfo).port);

function onSqlite(): (() => Row[] | Promise<Row[]>)[] {
  const database = openLikeServer(url);
  return [runsQuery, jobsQuery].map((text) => {
    const statement = database.prepare(text);
    return () => statement.all() as Row[];
  });
}

function onPostgres(): (() => Promise<Row[]>)[] {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  return [runsQuery, jobsQuery].map((text, index) => async () => (await pool.query({ name: `s${index}`, text })).rows);
}

function send(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length });
  response.end(body);
}

async function printRuns(): Promise<Buffer> {
  const entries = (await runs!()).map(({ name, pass, running, fail }) => [
    name,
    {
      href: `http://127.0.0.1:8080/runs/${name}/`,
      status: Number(running) === 0 ? 'finished' : 'running',
      results: { pass, running, fail },
    },
  ]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries)));
}

async function printJobs(): Promise<Buffer> {
  const texts = (await jobs!()).map(
    ({ job_id, small, kernel, overrides, roles, targets, tasks }) =>
      `{"job_id":"${job_id}",${String(small).slice(1, -1)},"kernel":${kernel},"overrides":${overrides},` +
      `"roles":${roles},"targets":${targets},"tasks":${tasks}}`,
  );
  return Buffer.from(`[${texts.join(',')}]`);
}
