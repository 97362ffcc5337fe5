/** Stands in for pgbench where that is not installed: the same statements over the driver of the server. */
import pg from 'pg';
import { serveParent } from './child.ts';
import { clients, firstPostedId, firstSeededId } from './data.ts';
import { limitVariables, postgresStatements } from './limit-postgres.ts';
import type { LimitOrder, WriteKind } from './limits.ts';
import type { Contract } from './rows.ts';
import { seededJobs } from './traffic.ts';

const { lockRun, readJob, saveJob, insertDocument, insertLinks, updateDocument, updateRun } = postgresStatements;
const fixed = limitVariables(process.argv[3] as Contract);
const connections = await Promise.all(
  Array.from({ length: clients }, async () => {
    const client = new pg.Client({ connectionString: process.argv[2] });
    await client.connect();
    return client;
  }),
);
let count = 0;

serveParent<LimitOrder>(async ({ kind, seconds, oneRun = false }) => {
  const began = performance.now();
  let writes = 0;
  const work = async (client: pg.Client, n: number) => {
    for (; performance.now() < began + seconds * 1000; writes++) await write(client, kind, oneRun ? 0 : n);
  };
  await Promise.all(connections.map(work));
  return writes / ((performance.now() - began) / 1000);
});

async function write(client: pg.Client, kind: WriteKind, n: number): Promise<void> {
  const number = count++;
  const job = kind === 'post' ? firstPostedId + number : firstSeededId + (Math.floor(number / clients) % seededJobs);
  const values: Record<string, string> = { ...fixed, run: String(n), job: String(job) };
  const run = async (text: string) => (await client.query(prepared(text, values))).rows[0] as { id: string };
  await client.query('begin');
  values.r_id = (await run(lockRun)).id;
  await run(readJob);
  values.j_id = (await run(saveJob)).id;
  if (kind === 'post') for (const insert of [insertDocument, insertLinks]) await run(insert);
  if (kind === 'put-changed') await run(updateDocument);
  await run(updateRun);
  await client.query('commit');
}

const texts = new Map<string, { name: string; text: string; names: string[] }>();

function prepared(statement: string, values: Record<string, string>): pg.QueryConfig {
  const known = texts.get(statement) ?? { name: `s${texts.size}`, ...numbered(statement) };
  texts.set(statement, known);
  return { name: known.name, text: known.text, values: known.names.map((name) => values[name]) };
}

function numbered(statement: string): { text: string; names: string[] } {
  const names: string[] = [];
  const text = statement.replace(/:([a-z_]+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}
