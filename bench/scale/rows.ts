/** The rows that the server stores for what workers report of a run, made by its own functions. */
import { isFailure } from '../../src/core/errors.ts';
import { documentFields } from '../../src/core/job.ts';
import { signatureVersion } from '../../src/core/signature.ts';
import { parseJobChange } from '../../src/http/teuthology/job-bodies.ts';
import type { RunRow } from '../../src/store/engine/schema.ts';
import { changeJob, changeRun, createJob, type JobState, newRun } from '../../src/store/write/job-change.ts';
import type { Bulk, Row } from './bulk.ts';
import type { Report } from './jobs.ts';

/** Rows of one run by table, in the order in which they refer to each other. */
export type RunRows = [table: string, rows: Row[]][];

/** Where the rows of a run begin, and what they refer to. */
export interface Place {
  name: string;
  runId: number;
  firstJobId: number;
  nodes: ReadonlyMap<string, number>;
}

/** As the server carries out requests (store/write/jobs.ts), only that all of a run come at once. */
export function rowsOf({ name, runId, firstJobId, nodes }: Place, reports: Report[]): RunRows {
  const run: RunRow = { id: runId, ...newRun(name, [], (reports[0] as Report).at * 1000) };
  const jobs = new Map<string, JobState>();
  for (const report of reports) apply(run, jobs, report);
  const states = [...jobs.values()];
  for (const [index, { row }] of states.entries()) row.id = firstJobId + index;
  const nodeId = (host: string) => {
    const id = nodes.get(host);
    if (id === undefined) throw new Error(`the lab has no machine ${host}`);
    return id;
  };
  const nothing = Object.fromEntries(documentFields.map((key) => [key, null]));
  return [
    ['runs', [run as unknown as Row]],
    ['signatures', signaturesOf(states)],
    ['descriptions', descriptionRows(states)],
    ['jobs', states.map(({ row }) => row as unknown as Row)],
    ['job_documents', states.map(({ row, document }) => ({ id: row.id, ...nothing, ...document }))],
    [
      'job_nodes',
      states.flatMap(({ row: { id, posted, status }, hosts }) =>
        hosts.map((host) => ({ node_id: nodeId(host), job_id: id, posted, status })),
      ),
    ],
  ];
}

/** In the order of their ids: two connections that write them never wait for each other. */
function signaturesOf(states: JobState[]): Row[] {
  const found = new Map(states.flatMap(({ signature }) => (signature ? [[signature.id, signature] as const] : [])));
  const rows = [...found.values()].map(({ id, kind, title }) => ({ id, version: signatureVersion, kind, title }));
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function descriptionRows(states: JobState[]): Row[] {
  const found = new Map(
    states.flatMap(({ row, description }) =>
      description ? [[row.description_hash as string, description] as const] : [],
    ),
  );
  const rows = [...found].map(([hash, description]) => ({ hash, description }));
  return rows.sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

function apply(run: RunRow, jobs: Map<string, JobState>, { kind, job_id, at, texts }: Report): void {
  const change = parseJobChange({ texts, size: 0 });
  if (isFailure(change)) throw new Error(`the server would refuse job ${job_id}: ${JSON.stringify(change)}`);
  const known = jobs.get(job_id);
  const job = known ?? createJob(run.id, job_id, change, at * 1000);
  const previous = kind === 'create' ? null : job.row.status;
  if (kind === 'change') changeJob(job, change, at * 1000);
  jobs.set(job_id, job);
  changeRun(run, job.row, previous, change);
}

/** Writes the rows of a run in one transaction. */
export async function writeRows(bulk: Bulk, tables: RunRows): Promise<void> {
  await bulk.query('begin');
  for (const [table, rows] of tables) {
    if (table === 'signatures' || table === 'descriptions') {
      for (const row of rows) {
        const columns = Object.keys(row);
        const text = `insert into ${table} (${columns}) values (${columns.map(() => '?')}) on conflict do nothing`;
        await bulk.query(text, Object.values(row));
      }
    } else if (rows.length > 0) await bulk.insert(table, rows);
  }
  await bulk.query('commit');
}
