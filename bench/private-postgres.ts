import pg from 'pg';
import { startPostgres } from '../test/helpers/postgres.ts';

/** The PostgreSQL server that `BENCH_POSTGRES_URL` names, otherwise one for this benchmark alone, with real flushes. */
export async function privatePostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.BENCH_POSTGRES_URL;
  if (given !== undefined) return { url: given, stop: async () => {} };
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  // Filling a database of 7 GB would be a row of checkpoints with the 1 GB that a new server has.
  await client.query("alter system set max_wal_size = '8GB'");
  await client.query('select pg_reload_conf()');
  await client.end();
  return server;
}
