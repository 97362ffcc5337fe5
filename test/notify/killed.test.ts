/** Messages whose server is killed before it knows that they have arrived. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startNotifier } from '../../src/notify/notifier.ts';
import { open } from '../../src/store/db.ts';
import { runOn } from '../api/pages.ts';
import { engines } from '../helpers/engines.ts';
import { spawnServer } from '../helpers/process.ts';
import { startReceiver } from '../helpers/receiver.ts';

describe.each(engines)('a notification on $name', (engine) => {
  test('is sent again with the same id if the server was killed while sending it, and is not lost if it was killed before', async () => {
    const database = await engine.createTables();
    onTestFinished(() => database.drop());
    const receiver = await startReceiver();
    onTestFinished(() => receiver.stop());
    receiver.answer = () => {};
    const server = await spawnServer(database.url, ['--notify-after', '0', '--teuthology-port', '']);
    onTestFinished(async () => void (await server.kill('SIGKILL')));
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
    };
    const subscription = { name: 'one', events: ['run_finished'], format: 'standard', target: receiver.url };
    await post('/api/subscriptions', subscription);
    for (const [day, arrives] of [
      [3, true],
      [4, false],
    ] as const) {
      await post('/runs/', { name: runOn(day) });
      await post(`/runs/${runOn(day)}/jobs/`, { job_id: '1', status: 'pass', success: true });
      if (arrives) await receiver.got(1);
    }
    expect(await server.kill('SIGKILL')).toBe('SIGKILL');

    receiver.answer = (response) => response.writeHead(204).end();
    // By then the claims of the killed server have expired.
    const now = () => Date.now() * 1000 + 600_000_000;
    const db = await open({ url: database.url, poolSize: 2, now });
    const config = { address: '', base_branches: '', notify_after: 0, smtp_url: '', mail_from: '' };
    const log = { warn: (entry: unknown) => expect.fail(JSON.stringify(entry)) } as never;
    const notifier = startNotifier({ db, config, now, log, onAttempt: () => {} });
    onTestFinished(async () => {
      await notifier.stop();
      await db.close();
    });
    const [before, ...after] = await receiver.got(3);
    const ids = after.map(({ headers }) => headers['webhook-id']);
    expect(ids).toContain(before!.headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    expect(after.map(({ text }) => JSON.parse(text).data.run.name).sort()).toEqual([runOn(3), runOn(4)]);
  });
});
