/** A thread that reads runs of an old database and builds the statements that write them. */
import { parentPort, workerData } from 'node:worker_threads';
import { UnavailableDatabase } from '../../store/db.ts';
import type { Finding } from '../../store/takeover/clean.ts';
import type { ToRead } from '../../store/takeover/import.ts';
import { closeOld, openOld } from '../../store/takeover/old-database.ts';
import { readRuns } from '../../store/takeover/read-runs.ts';
import { parseOldJob } from './reader.ts';

/** Parts that are read ahead. Each has at most 4 MB of jobs. */
let allowed = 2;
let allow = () => {};
parentPort?.on('message', () => {
  allowed++;
  allow();
});

const { url, runs, ...toRead } = workerData as ToRead & { url: string };
const connections = await Promise.all(runs.slice(0, 2).map(() => openOld(url))).catch((error: unknown) => {
  // The class of an error does not survive the way to another thread, but the driver's error does.
  throw error instanceof UnavailableDatabase ? error.cause : error;
});
let found: Finding[] = [];
const findings = { add: (finding: Finding) => found.push(finding), flush: () => {}, counts: new Map() };
for await (const part of readRuns(connections, { parse: parseOldJob, findings, ...toRead }, runs)) {
  while (allowed === 0) {
    await new Promise<void>((next) => {
      allow = next;
    });
  }
  allowed--;
  parentPort?.postMessage({ part, findings: found }, part.kind === 'jobs' ? part.buffers : []);
  found = [];
}
await Promise.all(connections.map(closeOld));
parentPort?.close();
