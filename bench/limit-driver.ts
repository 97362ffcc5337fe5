/** Stands in for pgbench where that is not installed: the same statements over the driver of the server. */
import pg from 'pg';
import { serveParent } from './child.ts';
import { clients, documentCount, firstPostedId, firstSeededId } from './data.ts';
import { fixedVariables, linkStatement, postgresStatements, rowVariables } from './limit-postgres.ts';
import type { LimitOrder, WriteKind } from './limits.ts';
import { type Contract, storedRows } from './rows.ts';
import { seededJobs } from './traffic.ts';

const { lockRun, readJob, saveJob, insertDocument, updateDocument, updateRun } = postgresStatements;
const fixed = fixedVariables();
const documents = storedRows(process.argv[3] as Contract).map((row) => ({
  values: rowVariables(row),
  link: linkStatement(row),
}));
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
  const document = documents[kind === 'post' || kind === 'put-changed' ? number % (documentCount - 1) : 0]!;
  const values: Record<string, string> = { ...fixed, ...document.values, run: String(n), job: String(job) };
  const run = async (text: string) => (await client.query(prepared(text, values))).rows[0] as { id: string };
  await client.query('begin');
  values.r_id = (await run(lockRun)).id;
  await run(readJob);
  values.j_id = (await run(saveJob)).id;
  const writes = { post: [insertDocument, document.link], 'put-changed': [updateDocument, document.link] };
  if (kind === 'post' || kind === 'put-changed') for (const text of writes[kind]) await run(text);
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
