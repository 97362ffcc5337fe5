/** The PostgreSQL server that `BENCH_POSTGRES_URL` names. */
export async function privatePostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.BENCH_POSTGRES_URL;
  if (url === undefined)
    throw new Error('set BENCH_POSTGRES_URL to a PostgreSQL server whose user may create databases');
  return { url, stop: async () => {} };
}
