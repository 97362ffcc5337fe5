/** The least program that could give the same answers: one query, one print, bare `node:http`. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { serveParent } from './child.ts';
import { openLikeServer } from './engine.ts';
import { classicAnswers } from './minimal-classic.ts';
import { teuthologyAnswers } from './minimal-teuthology.ts';

/** A row as the driver gives it. */
export type Row = Record<string, string | number | boolean | null>;

/** One answer: a query, and how its rows are printed. */
export interface MinimalAnswer {
  query: string;
  print: (rows: Row[]) => string;
}

const url = process.argv[2]!;
const answers = process.argv[3] === 'teuthology' ? teuthologyAnswers : classicAnswers;
let shared: pg.Pool | undefined;
const printers = new Map(Object.entries(answers).map(([path, answer], n) => [path, printer(`s${n}`, answer)]));
const ready = await printers.get(Object.keys(answers).at(-1)!)!();

const server = createServer(async (request, response) => {
  const print = printers.get(request.url!);
  send(response, print ? await print() : ready);
});
server.listen(0, '127.0.0.1');

serveParent<'port'>(() => (server.address() as AddressInfo).port);

function printer(name: string, { query, print }: MinimalAnswer): () => Promise<Buffer> {
  const fetch = url.startsWith('sqlite:') ? onSqlite(query) : onPostgres(name, query);
  return async () => Buffer.from(print(await fetch()));
}

function onSqlite(text: string): () => Row[] {
  const statement = openLikeServer(url).prepare(text);
  return () => statement.all() as Row[];
}

function onPostgres(name: string, text: string): () => Promise<Row[]> {
  // Eight-byte integers as numbers, as the server has them.
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
  shared ??= new pg.Pool({ connectionString: url, max: 10, types: { getTypeParser } });
  const pool = shared;
  return async () => (await pool.query({ name, text })).rows;
}

function send(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length });
  response.end(body);
}
