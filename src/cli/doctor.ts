import type { CommandLine } from '../config.ts';
import { plural } from '../core/plural.ts';
import { parseDatabaseUrl, UnavailableDatabase } from '../store/db.ts';
import { findProblems } from '../store/upkeep/doctor.ts';
import { openDatabase, printProgress } from './database.ts';
import { stopSignal } from './signals.ts';

/** `paddles doctor`: says what is wrong with the database, one sentence a line. Returns the exit code: 1 when anything is. */
export async function examineDatabase(line: CommandLine): Promise<number> {
  const { config, sources } = line;
  const now = () => Date.now() * 1000;
  const signal = stopSignal();
  try {
    const db = await openDatabase({ config: { ...config, read_only: true }, sources }, { now });
    const target = parseDatabaseUrl(config.database);
    const file = target.engine === 'sqlite' ? target.path : null;
    const onProgress = printProgress((runs: number) => plural(runs, 'run'));
    const problems = await findProblems(db, { file, now: now(), signal, onProgress }).finally(() => db.close());
    for (const problem of problems) process.stdout.write(`${db.label}: ${problem}\n`);
    if (problems.length === 0 && !signal.aborted) process.stdout.write(`${db.label}: no problem was found\n`);
    return problems.length > 0 || signal.aborted ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UnavailableDatabase)) throw error;
    process.stderr.write(`paddles: ${error.message}\n`);
    return 1;
  }
}
