import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from '../../config.ts';
import { plural } from '../../core/plural.ts';
import { type Db, isDatabaseFault, UnavailableDatabase, UnusableDatabase } from '../../store/db.ts';
import { type ImportOptions, pass } from '../../store/takeover/import.ts';
import { openAgain } from '../../store/takeover/old-database.ts';
import { readAge } from '../database.ts';
import { printJson, progressText } from './texts.ts';
import { verifyImport } from './verify.ts';

/** Does work that can be done again; how often depends on the databases. */
type Steadily = <T>(work: () => Promise<T>) => Promise<T>;

/** Seconds between two attempts to reach a database: at first, and at most. */
const [firstPause, longestPause] = [1, 30];

/** Does work again until both databases are there; when it is to stop, once more, and then throws what failed. */
export function reconnecting({ old, signal }: Pick<ImportOptions, 'old' | 'signal'>): Steadily {
  const say = (text: string) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  return async (work) => {
    let failed = false;
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const isLast = signal.aborted;
      try {
        if (failed) await openAgain(old);
        const done = await work();
        if (failed) say('both databases are there again');
        return done;
      } catch (error) {
        if (!mayPass(error) || isLast) throw error;
        failed = true;
        say(`a database failed: ${(error as Error).message}; tries again in ${pause} s`);
        await sleep(pause * 1000, undefined, { signal }).catch(() => {});
      }
    }
  };
}

/** While a server starts it may also refuse what it knows. */
function mayPass(error: unknown): boolean {
  return isDatabaseFault(error) || error instanceof UnavailableDatabase || error instanceof UnusableDatabase;
}

/** The most that `--every` can be, in seconds: a timer takes at most 24 days. */
const longestEvery = 7 * 86_400;

/** Seconds between two looks at all runs. */
const lookAtAllEvery = 3600;

/** Copies what changes until it is stopped; with `--verify` also compares it. */
export async function follow(
  line: CommandLine,
  options: ImportOptions & { db: Db },
  steadily: Steadily,
): Promise<{ text: string; exitCode: number }> {
  const { signal } = options;
  const every = readAge('every', line.flags.every ?? '60s', longestEvery) * 1000;
  let lookedAtAll = performance.now();
  let passes = 0;
  for (;;) {
    await sleep(every, undefined, { signal }).catch(() => {});
    // The last pass comes after the signal: whatever was written before it is here.
    const isLast = signal.aborted;
    const all = isLast || performance.now() - lookedAtAll > lookAtAllEvery * 1000;
    const unstopped = isLast ? { ...options, signal: new AbortController().signal } : options;
    const { seen, verified } = await steadily(async () => ({
      seen: await pass(unstopped, all ? 'all' : 'young'),
      verified: line.flags.verify === undefined ? null : await verifyImport(line, unstopped),
    }));
    if (all) lookedAtAll = performance.now();
    passes++;
    const { runs, jobs, removed } = seen;
    if (line.flags.json !== undefined) printJson({ pass: passes, runs, jobs, removed });
    else if (runs + removed > 0) process.stdout.write(`${new Date().toISOString()} ${progressText(seen)}\n`);
    if (isLast) return verified ?? { text: `followed for ${plural(passes, 'pass', 'passes')}`, exitCode: 0 };
  }
}
