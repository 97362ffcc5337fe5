/** A thread that makes the rows of runs, and writes them where several connections may write. */
import { parentPort, workerData } from 'node:worker_threads';
import { openBulk } from './bulk.ts';
import { reporter } from './jobs.ts';
import { scaleRun } from './plan.ts';
import { type RunRows, rowsOf, writeRows } from './rows.ts';

/** What the thread works with; without `url` it only makes rows. */
export interface WorkerData {
  url: string | null;
  documentBytes: number;
  nodes: [name: string, id: number][];
}

/** One run to make; its ids are the same whichever thread makes it. */
export interface WorkerOrder {
  number: number;
  jobs: number;
  live: boolean;
  runId: number;
  firstJobId: number;
}

/** The rows, or null when they have been written. */
export type WorkerAnswer = { rows: RunRows | null } | { error: string };

const { url, documentBytes, nodes } = workerData as WorkerData;
const known = new Map(nodes);
const reports = reporter(documentBytes);
const bulk = url === null ? null : await openBulk(url);

parentPort?.on('message', async (order: WorkerOrder | null) => {
  if (order === null) {
    await bulk?.close();
    return parentPort?.close();
  }
  try {
    const { number, jobs, live, runId, firstJobId } = order;
    const run = scaleRun(number, jobs);
    const rows = rowsOf({ name: run.name, runId, firstJobId, nodes: known }, reports(run, live));
    if (bulk) await writeRows(bulk, rows);
    parentPort?.postMessage({ rows: bulk ? null : rows } satisfies WorkerAnswer);
  } catch (error) {
    parentPort?.postMessage({ error: String((error as Error).stack) } satisfies WorkerAnswer);
  }
});
