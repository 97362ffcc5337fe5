/** A claim takes a single row of due work, and leaves the other rows to the next claims. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimDelivery } from '../../src/store/write/deliveries.ts';
import { askForLogs, claimLog } from '../../src/store/write/excerpts.ts';
import { claimEnd } from '../../src/store/write/news.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const year = 365 * 86_400_000_000;

describe.each(engines)('a claim on $name', (engine) => {
  let server: TestServer;

  /** Creates a run that has ended and whose log is to be read, and a message to send. */
  async function makeDue(run: string): Promise<void> {
    await server.post('/runs/', { name: run });
    await server.post(`/runs/${run}/jobs/`, { job_id: '1', status: 'fail' });
    await askForLogs(server.db, { run, job_ids: null, at: 0 });
    expect((await server.post('/api/subscriptions/1/test')).status).toBe(200);
  }

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    const subscription = { name: 'all', events: ['run_finished'], format: 'standard', target: 'http://127.0.0.1:9/' };
    expect((await server.post('/api/subscriptions', subscription)).status).toBe(200);
    await makeDue('first');
    // Makes PostgreSQL plan for tables of one row. With such a plan it once looked up the oldest row again for each row that it compared.
    if (engine.name === 'postgres') await sql`analyze`.execute(server.db.kysely);
    for (const run of ['second', 'third']) await makeDue(run);
  });
  afterAll(() => server.stop());

  test.each([
    ['run_ends', claimEnd],
    ['log_excerpts', claimLog],
    ['deliveries', claimDelivery],
  ] as const)('takes one of three rows of %s', async (table, claim) => {
    const at = Date.now() * 1000 + year;
    expect(await claim(server.db, { at, until: at + year, busy: [] })).not.toBeNull();
    const rows = await server.db.kysely.selectFrom(table).select('due').execute();
    expect(rows).toHaveLength(3);
    expect(rows.filter(({ due }) => due === at + year)).toHaveLength(1);
  });
});
