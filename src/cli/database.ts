import { BadSetting, type CommandLine } from '../config.ts';
import { BadDatabaseUrl, type Db, type OpenOptions, open } from '../store/db.ts';

/**
 * Opens the database of the settings. Throws as `open` does, and `BadSetting` with the place where the URL was set when
 * no engine understands it, or when the database belongs to another program: it may come from five places.
 */
export async function openDatabase(
  { config, sources }: Pick<CommandLine, 'config' | 'sources'>,
  options: Omit<OpenOptions, 'url' | 'poolSize'>,
): Promise<Db> {
  try {
    return await open({ url: config.database, poolSize: config.pool_size, ...options });
  } catch (error) {
    const { message } = error as Error;
    const source = sources.database ?? 'the default database';
    if (error instanceof BadDatabaseUrl) throw new BadSetting(`${source}: ${message}`);
    // Above all the database of the Python server, whose variables name this one too.
    if (!/^(relation|table) .* already exists$/.test(message)) throw error;
    throw new BadSetting(
      `${source}: another program has its tables in this database (${message}); give it an empty one`,
    );
  }
}
