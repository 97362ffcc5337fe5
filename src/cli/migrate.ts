import type { CommandLine } from '../config.ts';
import { sentenceOf } from '../store/db.ts';
import { openDatabase } from './database.ts';

/** `paddles migrate`: creates the database or brings it up to date. Answers the exit code. */
export async function migrateDatabase(line: CommandLine): Promise<number> {
  try {
    const db = await openDatabase(line, { now: () => Date.now() * 1000 });
    const done = db.migrated.length > 0 ? `applied ${db.migrated.join(', ')}` : 'already up to date';
    process.stdout.write(`${db.label}: ${done}\n`);
    await db.close();
    return 0;
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === null) throw error;
    process.stderr.write(`paddles: ${sentence.text}\n`);
    return sentence.exitCode;
  }
}
