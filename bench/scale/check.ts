/** Proof that what is written in bulk is what the server writes: one run both ways, then every table compared. */
import { joinObject } from '../../src/core/json-text.ts';
import { startServer } from '../child.ts';
import type { Engine, Sql } from '../engine.ts';
import { addLab, fill } from './fill.ts';
import { reporter } from './jobs.ts';
import { scaleRun } from './plan.ts';

const jobs = 200;
/** When something arrived: the server has its own clock. */
const arrivals: readonly string[] = ['posted', 'started', 'applied'];
/** How far the server has looked through old jobs when it started: nothing of what is written. */
const bookkeeping = 'indexed';

/** Throws with the first difference; answers what was compared, in one line. */
export async function checkBulk(engine: Engine, folder: string, documentBytes: number): Promise<string> {
  const sent = await engine.createDatabase('check-sent');
  const filled = await engine.createDatabase('check-filled');
  try {
    for (const url of [sent, filled]) await addLab(url);
    await sendRun(sent, folder, documentBytes);
    await fill({ url: filled, documentBytes, runs: 1, jobs });
    const [a, b] = [await contents(engine, sent), await contents(engine, filled)];
    for (const [table, rows] of Object.entries(a)) compare(table, rows, b[table] ?? []);
    const counts = Object.entries(a).map(([table, rows]) => `${table} ${rows.length}`);
    return `the same rows through the API and in bulk: ${counts.join(', ')}`;
  } finally {
    for (const url of [sent, filled]) await engine.dropDatabase(url);
  }
}

async function sendRun(url: string, folder: string, documentBytes: number): Promise<void> {
  const run = scaleRun(0, jobs);
  const server = await startServer({ url, folder, bothDoors: true, clock: run.scheduled.getTime() });
  try {
    const address = `http://127.0.0.1:${server.secondPort}/runs/${encodeURIComponent(run.name)}/jobs/`;
    for (const { kind, job_id, texts } of reporter(documentBytes)(run, true)) {
      const [method, path] = kind === 'create' ? ['POST', address] : ['PUT', `${address}${job_id}/`];
      const response = await fetch(path, { method, body: joinObject(texts) });
      if (!response.ok)
        throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
    }
  } finally {
    await server.child.stop();
  }
}

/** Every row as text without times and internal ids; where rows refer to each other stand names. */
async function contents(engine: Engine, url: string): Promise<Record<string, string[]>> {
  const sql = await engine.connect(url);
  try {
    const tables = await tableNames(engine, sql);
    const names = new Map<string, string>();
    for (const { id, name } of await sql.query('select id, name from runs')) names.set(`run ${id}`, String(name));
    for (const { id, job_id } of await sql.query('select id, job_id from jobs')) names.set(`job ${id}`, String(job_id));
    for (const { id, name } of await sql.query('select id, name from nodes')) names.set(`node ${id}`, String(name));
    const answer: Record<string, string[]> = {};
    for (const table of tables) {
      const rows = await sql.query(`select * from ${table}`);
      answer[table] = rows.map((row) => printRow(table, row, names)).sort();
    }
    return answer;
  } finally {
    await sql.close();
  }
}

async function tableNames(engine: Engine, sql: Sql): Promise<string[]> {
  const text =
    engine.name === 'sqlite'
      ? "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
      : "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'";
  const names = (await sql.query(text)).map(({ name }) => String(name));
  return names.filter((name) => name !== bookkeeping).sort();
}

function printRow(table: string, row: Record<string, unknown>, names: Map<string, string>): string {
  const shown = Object.entries(row).flatMap(([column, value]) => {
    if (arrivals.includes(column)) return [];
    // Of a job that has ended the sender says when; the others, and their run, have the time of arrival.
    if (column === 'updated' && (table === 'runs' || !String(row.small).includes('"duration":') || !ended(row)))
      return [];
    if (column === 'locked_since') return [];
    if (column === 'id' && table === 'job_documents') return [[column, names.get(`job ${value}`)]];
    if (column === 'id' && table !== 'signatures') return [];
    if (column === 'run_id') return [[column, names.get(`run ${value}`)]];
    if (column === 'job_id' && table === 'job_nodes') return [[column, names.get(`job ${value}`)]];
    if (column === 'node_id') return [[column, names.get(`node ${value}`)]];
    return [[column, value]];
  });
  return JSON.stringify(shown);
}

function ended({ status }: Record<string, unknown>): boolean {
  return ['pass', 'fail', 'dead'].includes(String(status));
}

function compare(table: string, sent: string[], filled: string[]): void {
  const only = (a: string[], b: string[]) => a.find((row) => !b.includes(row))?.slice(0, 3000);
  if (sent.length === filled.length && sent.every((row, index) => row === filled[index])) return;
  throw new Error(
    `${table}: ${sent.length} rows through the API, ${filled.length} in bulk\n  API:  ${only(sent, filled)}\n  bulk: ${only(filled, sent)}`,
  );
}
