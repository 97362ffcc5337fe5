/** A SQLite database that does not work, while the server runs. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startTwoPorts } from './two-ports.ts';

test('a database without room refuses writes with 503, says why, and takes them again when there is room', async () => {
  const database = await (engines.find((engine) => engine.name === 'sqlite') ?? expect.fail()).createDatabase();
  onTestFinished(() => database.drop());
  const server = await startTwoPorts(database.url);
  onTestFinished(() => server.stop());
  const { classic, teuthology } = server.urls;
  await server.send('POST', `${classic}/runs/`, { name: 'known' });
  const pages = (count: number) => sql`pragma max_page_count = ${sql.raw(String(count))}`.execute(server.db.kysely);
  await pages(1);
  const job = { tasks: ['x'.repeat(1_500_000)] };
  for (const url of [classic, teuthology]) {
    const answer = await server.send('POST', `${url}/runs/known/jobs/`, { ...job, job_id: '1' });
    expect([answer.status, answer.retryAfter]).toEqual([503, '5']);
  }
  expect(server.faults).toEqual([expect.objectContaining({ errcode: 13 }), expect.objectContaining({ errcode: 13 })]);
  expect(server.errors).toEqual([]);
  await pages(1_000_000);
  expect((await server.send('POST', `${classic}/runs/known/jobs/`, { ...job, job_id: '1' })).status).toBe(200);
  expect((await server.send('GET', `${teuthology}/readyz`)).status).toBe(200);
});
