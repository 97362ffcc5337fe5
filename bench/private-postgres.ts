import { startPostgres } from '../test/helpers/postgres.ts';

/** The PostgreSQL server that `BENCH_POSTGRES_URL` names, otherwise one for this benchmark alone, with real flushes. */
export async function privatePostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.BENCH_POSTGRES_URL;
  return url === undefined ? startPostgres() : { url, stop: async () => {} };
}
