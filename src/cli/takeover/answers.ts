/** Asks the old and the new server for the same jobs. */
import { type Db, UnavailableDatabase } from '../../store/db.ts';
import type { Difference } from '../../store/takeover/compare.ts';
import type { OldDatabase } from '../../store/takeover/old-database.ts';
import { sampleJobs } from '../../store/takeover/verify.ts';
import { noAnswer } from './old-server.ts';

/** Jobs that are asked for. */
const sampleSize = 1000;

/** Requests to each server at a time. */
const atATime = 4;

/** Both servers, by their addresses without a trailing slash. */
export interface Servers {
  there: string;
  here: string;
}

/** What differs in the answers of both servers for random jobs; only keys that the old server answers count. */
export async function compareAnswers(
  { old, db }: { old: OldDatabase; db: Db },
  servers: Servers,
): Promise<{ jobs: number; differences: Difference[] }> {
  const sample = await sampleJobs(old, db, sampleSize);
  const found: Difference[] = [];
  const queue = sample.values();
  const asker = async () => {
    for (const { run, job_id } of queue) {
      const path = `/runs/${encodeURIComponent(run)}/jobs/${encodeURIComponent(job_id)}/`;
      const [there, here] = await Promise.all([answerOf(servers.there, path), answerOf(servers.here, path)]);
      for (const [key, value] of Object.entries(there)) {
        const [was, is] = [canonical(key, value), canonical(key, here[key] ?? null)];
        if (was !== is) found.push({ run, job_id, key: `${key} in the answer`, there: was, here: is });
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, asker));
  return { jobs: sample.length, differences: found };
}

/** The job, or the status of the answer when it is none. Throws `UnavailableDatabase` when the server speaks another contract. */
async function answerOf(server: string, path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(server + path, { headers: { accept: 'application/json' } }).catch(noAnswer(server));
  if (!answer.ok) return { status: `answered with ${answer.status}` };
  const job: unknown = await answer.json().catch(() => null);
  // Jobs of the classic contract, on the port that comes to mind first, have no status.
  if (typeof job === 'object' && job !== null && 'status' in job) return job as Record<string, unknown>;
  throw new UnavailableDatabase(
    `${server} does not speak the teuthology contract; give the port that does, by default 8081`,
  );
}

const times = ['posted', 'started', 'updated', 'timestamp'];
const documents = ['kernel', 'overrides', 'roles', 'targets', 'tasks'];

/** The old server leaves out a fraction of zero, and shows documents that were never sent as `{}`. */
function canonical(key: string, value: unknown): string | null {
  if (value === null) return documents.includes(key) ? '{}' : null;
  if (times.includes(key) && typeof value === 'string') {
    const [seconds = '', fraction = ''] = value.split('.');
    return `${seconds}.${fraction.padEnd(6, '0')}`;
  }
  return JSON.stringify(value);
}
