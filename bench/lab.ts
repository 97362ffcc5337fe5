/** A lab of any size: some runs are sent through the API as the demo does, the others are copies of them, made in SQL. */
import { teuthologyClient } from '../demo/client.ts';
import { fill } from '../demo/fill.ts';
import { type PlannedRun, planRuns } from '../demo/runs.ts';
import { machineTypes } from '../demo/vocabulary.ts';
import { copyRuns } from './copies.ts';
import type { Sql } from './database.ts';

/** How large a lab is. */
export interface LabSize {
  /** Runs that have ended; four more are under way. */
  runs: number;
  /** Jobs of each of them. */
  jobs: number;
  /** How many of them are sent through the API, 8 when absent; the others are copies. */
  sent?: number;
  /** Leaves out what is large in job documents. */
  smallDocuments?: boolean;
}

const seed = 1;
const runsOfNight = 4;

/**
 * Fills the empty database of a server. `address` is where it speaks the teuthology contract, `sql` a connection of its
 * own. The server has to be started again afterwards: it does not hear of the copies.
 */
export async function fillLab(address: string, sql: Sql, size: LabSize, say: (line: string) => void): Promise<void> {
  const { runs, jobs, sent = 8, smallDocuments = false } = size;
  const client = teuthologyClient(address, new AbortController().signal);
  const nights = Math.ceil(Math.min(runs, sent) / runsOfNight);
  const planned = planRuns({ seed, runs: (nights + 1) * runsOfNight, now: new Date(), days: nights + 1, jobs });
  const send = (some: PlannedRun[]) =>
    fill(client, smallDocuments ? some.map(withoutBulk) : some, { seed, signal: new AbortController().signal });
  const ended = planned.filter((run) => run.jobs.every(({ outcome }) => /^(pass|fail|dead)$/.test(outcome)));
  for (const queue of Object.keys(machineTypes)) await post(`${address}/queue/`, { queue });
  say(`sending ${ended.length} runs of ${jobs} jobs`);
  await send(ended.slice(0, runs));
  if (runs > ended.length) await copyRuns(sql, runs, say);
  // Last, so that unfinished runs have the newest times and the highest ids.
  await send(planned.filter((run) => !ended.includes(run)));
  // Does now what the engine would otherwise do in the background during a measurement.
  await sql.query(sql.engine === 'postgres' ? 'vacuum analyze' : 'pragma wal_checkpoint(truncate)');
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST ${url} was answered with ${answer.status}: ${await answer.text()}`);
}

/** Gives every fourth job a rare description; small runs would otherwise all have the same few. */
function withoutBulk(run: PlannedRun): PlannedRun {
  const jobs = run.jobs.map(({ document, summary, ...job }, index) => {
    const description = `${document.description}${index % 4 > 0 ? '' : ` ${run.sha1.slice(0, 8)}`}`;
    const ended = Object.keys(summary).length > 0;
    return {
      ...job,
      document: { ...document, description, overrides: {}, tasks: [] },
      summary: ended ? { ...summary, description } : {},
    };
  });
  return { ...run, jobs };
}
