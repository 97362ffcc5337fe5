/** Clients that leave while their answers are made, which a lock in the database makes take as long as the test needs. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startServer } from '../helpers/server.ts';

const postgres = engines.find(({ name }) => name === 'postgres') ?? expect.fail();

test('answers whose clients have left take no room from those that come later', async () => {
  const server = await startServer(postgres, { contract: 'teuthology' });
  onTestFinished(() => server.stop());
  const locker = new pg.Client({ connectionString: server.database });
  await locker.connect();
  onTestFinished(() => locker.end());
  const page = '/api/runs/large/jobs';
  const failure_reason = 'x'.repeat(20_000);
  for (let job_id = 0; job_id < 100; job_id++) {
    await server.post('/runs/large/jobs/', {
      job_id,
      status: 'fail',
      description: `${job_id}${'x'.repeat(20_000)}`,
      failure_reason,
    });
  }
  // Eight answers of 2 MB are larger than the room of all. At most two are made at a time, and some are given up before.
  for (let round = 0; round < 12; round++) {
    await locker.query('begin; lock table jobs in access exclusive mode');
    const clients: { client: Socket; left: Promise<unknown> }[] = [];
    for (let count = 0; count < 2; count++) {
      const arrived = once(server.app.server, 'request');
      const client = connect(server.port, '127.0.0.1');
      client.write(`GET ${page} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      const [, response] = await arrived;
      clients.push({ client, left: once(response, 'close') });
    }
    for (const { client } of clients) client.destroy();
    await Promise.all(clients.map(({ left }) => left));
    await locker.query('commit');
  }
  const { status, text } = await server.get(page);
  expect(status).toBe(200);
  expect(text.length).toBeGreaterThan(2_000_000);
});
