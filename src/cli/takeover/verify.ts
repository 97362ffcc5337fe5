import { BadSetting, type CommandLine } from '../../config.ts';
import { plural } from '../../core/plural.ts';
import { type Db, UnavailableDatabase } from '../../store/db.ts';
import type { Difference } from '../../store/takeover/compare.ts';
import { type ImportOptions, pass } from '../../store/takeover/import.ts';
import type { OldDatabase } from '../../store/takeover/old-database.ts';
import { compareStatuses, sampleJobs, type Verified, verify } from '../../store/takeover/verify.ts';
import { parseOldJob } from './reader.ts';
import { type Server, serverAt } from './server.ts';

/** The old and the new server, or null if neither is given. Throws `BadSetting` if one of them is missing or not a URL. */
export function readServers({ flags }: CommandLine): { there: Server; here: Server } | null {
  if (flags['old-server'] === undefined && flags['new-server'] === undefined) return null;
  const read = (flag: 'old-server' | 'new-server') => {
    const url = flags[flag];
    if (url !== undefined && URL.canParse(url)) return serverAt(url);
    throw new BadSetting(`--${flag} must be an address like http://host:8080`);
  };
  return { there: read('old-server'), here: read('new-server') };
}

/** How many times runs are compared at most. Those that changed meanwhile are copied before the next time. */
const rounds = 3;

/** Compares what was copied since the last comparison, or everything with `--verify-all`, and prints the differences. */
export async function verifyImport(
  line: CommandLine,
  options: ImportOptions & { db: Db },
): Promise<{ text: string; exitCode: number }> {
  const { old, db, signal } = options;
  let all = line.flags['verify-all'] !== undefined;
  const seen: Verified = { runs: 0, jobs: 0, stale: 0, differences: [] };
  for (let round = 1; ; round++) {
    const onProgress = ({ runs, ofRuns, jobs }: { runs: number; ofRuns: number; jobs: number }) =>
      options.onProgress({ runs, jobs, removed: 0, ofRuns, ofJobs: Math.round((jobs / Math.max(1, runs)) * ofRuns) });
    const found = await verify({ old, db, parse: parseOldJob, all, signal, onProgress });
    all = false;
    seen.runs += found.runs - found.stale;
    seen.jobs += found.jobs;
    seen.stale = found.stale;
    seen.differences.push(...found.differences);
    if (found.stale === 0 || found.differences.length > 0 || round === rounds || signal.aborted) break;
    await pass(options, 'all');
  }
  if (seen.stale === 0 && !signal.aborted) seen.differences.push(...(await compareStatuses({ old, db })));
  const servers = signal.aborted ? null : readServers(line);
  const asked = servers ? await compareAnswers({ old, db }, servers) : null;
  seen.differences.push(...(asked?.differences ?? []));
  printDifferences(seen.differences);
  const what = `compared ${plural(seen.runs, 'run')} with ${plural(seen.jobs, 'job')}${asked ? ` and ${plural(asked.jobs, 'answer')}` : ''}`;
  if (seen.differences.length > 0)
    return { text: `${what}: ${plural(seen.differences.length, 'difference')}`, exitCode: 1 };
  if (signal.aborted) return { text: `stopped after it had ${what}`, exitCode: 1 };
  if (seen.stale > 0)
    return { text: `${what}; ${plural(seen.stale, 'run')} kept changing and could not be compared`, exitCode: 1 };
  return { text: `${what}: no difference`, exitCode: 0 };
}

/** Number of examples printed for each kind of difference. */
const examples = 3;

/** Prints the differences by key, with some examples each. */
function printDifferences(found: Difference[]): void {
  for (const [key, some] of Map.groupBy(found, (one) => one.key)) {
    process.stdout.write(`${key} differs ${plural(some.length, 'time')}\n`);
    for (const { run, job_id, there, here } of some.slice(0, examples)) {
      const place = job_id === undefined ? run : `${run}/${job_id}`;
      process.stdout.write(`  ${place}: ${shortened(there)} there, ${shortened(here)} here\n`);
    }
  }
}

function shortened(text: string | null): string {
  if (text === null) return 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}

/** Number of jobs whose answers are compared. */
const sampleSize = 1000;

/** Requests to each server at a time. */
const atATime = 4;

/** Compares the answers of both servers for random jobs. Only keys in the answer of the old server count. */
async function compareAnswers(
  { old, db }: { old: OldDatabase; db: Db },
  servers: { there: Server; here: Server },
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

/** Fetches a job, or the status of an answer without one. Throws `UnavailableDatabase` if the server speaks another contract. */
async function answerOf(server: Server, path: string): Promise<Record<string, unknown>> {
  const { status, json: job } = await server.get(path);
  if (status !== 200) return { status: `answered with ${status}` };
  // Jobs of the classic contract, which the better-known port speaks, have no status.
  if (typeof job === 'object' && job !== null && 'status' in job) return job as Record<string, unknown>;
  throw new UnavailableDatabase(
    `${server.base} does not speak the teuthology contract; give the port that does, by default 8081`,
  );
}

const times = ['posted', 'started', 'updated', 'timestamp'];
const documents = ['kernel', 'overrides', 'roles', 'targets', 'tasks'];

/** The old server omits a fraction of zero, and shows documents that were never sent as `{}`. */
function canonical(key: string, value: unknown): string | null {
  if (value === null) return documents.includes(key) ? '{}' : null;
  if (times.includes(key) && typeof value === 'string') {
    const [seconds = '', fraction = ''] = value.split('.');
    return `${seconds}.${fraction.padEnd(6, '0')}`;
  }
  return JSON.stringify(value);
}
