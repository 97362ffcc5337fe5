import { BadSetting, type CommandLine } from '../../config.ts';
import { plural } from '../../core/plural.ts';
import type { Db } from '../../store/db.ts';
import { type ImportOptions, pass } from '../../store/takeover/import.ts';
import { compareStatuses, type Verified, verify } from '../../store/takeover/verify.ts';
import { compareAnswers, type Servers } from './answers.ts';
import { parseOldJob } from './parse-job.ts';
import { printDifferences } from './texts.ts';

/** The addresses of both servers, null without them. Throws `BadSetting` when one of them is missing or no URL. */
export function readServers({ flags }: CommandLine): Servers | null {
  const [there, here] = [flags['old-server'], flags['new-server']];
  if (there === undefined && here === undefined) return null;
  for (const [flag, url] of Object.entries({ 'old-server': there, 'new-server': here })) {
    if (url === undefined || !URL.canParse(url))
      throw new BadSetting(`--${flag} must be an address like http://host:8080`);
  }
  const plain = (url: string | undefined) => new URL(url as string).origin;
  return { there: plain(there), here: plain(here) };
}

/** How often runs that went on changing are copied and compared again. */
const rounds = 3;

/** Compares what was copied since the last time, or with `--verify-all` everything, and prints what differs. */
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
    return { text: `${what}; ${plural(seen.stale, 'run')} went on changing and could not be compared`, exitCode: 1 };
  return { text: `${what}: no difference`, exitCode: 0 };
}
