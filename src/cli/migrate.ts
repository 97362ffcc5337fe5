import type { CommandLine } from '../config.ts';
import { withDatabase } from './database.ts';

/** `paddles migrate`: creates the database or brings it up to date. Returns the exit code. */
export async function migrateDatabase(line: CommandLine): Promise<number> {
  return withDatabase(
    line,
    async ({ migrated }) => {
      const text = migrated.length > 0 ? `applied ${migrated.join(', ')}` : 'already up to date';
      return { text, exitCode: 0 };
    },
    { mustExist: false },
  );
}
