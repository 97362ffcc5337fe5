/** Notifications about runs that have ended, their new causes, and suspect nodes. */
import { createHmac } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { RunNews } from '../../src/core/notifications/message.ts';
import { announceSuspects } from '../../src/notify/announce.ts';
import { runOn } from '../api/pages.ts';
import { engines } from '../helpers/engines.ts';
import { address, config, hour, notificationsOn } from './lab.ts';

describe.each(engines)('notifications on $name', (engine) => {
  const lab = notificationsOn(engine);
  const { now, start, post, subscribe, deliveries, becomes, report, newRun } = lab;
  const read = ({ text }: { text: string }) => JSON.parse(text) as { type: string; text: string; data: RunNews };

  test('announce the end of a run with a signature, and announce it again if the run ends differently', async () => {
    const run = newRun();
    const { subscription: made, secret } = await subscribe({ filter: 'suite:rados branch:main' });
    await subscribe({ name: 'others', filter: 'suite:fs' });
    start();
    await report(run, '1', { status: 'fail', failure_reason: 'it broke', success: false });
    await report(run.replace('rados', 'fs-x'), '1', { status: 'running' });
    const [first] = await lab.receiver.got(1);
    const { headers, text, path } = first!;
    expect(path).toBe('/hook?key=swordfish');
    expect(read(first!)).toMatchObject({
      type: 'run_finished',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { run: { name: run, href: `${address}ui/runs/${run}`, status: 'finished fail', total: 1 }, new_causes: [] },
      text: expect.stringContaining('1 of 1 job failed, no new causes. rados on main by yuriw'),
    });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const key = Buffer.from(secret!.slice('whsec_'.length), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(60);

    // Unfinished jobs, repeated reports and deletions do not end a run.
    await report(run, '2', { status: 'queued' });
    await report(run, '3', { status: 'running' });
    await lab.server.put(`/runs/${run}/jobs/1/`, { status: 'fail', failure_reason: 'it broke indeed' });
    await lab.server.put(`/runs/${run}/jobs/2/`, { status: 'pass', success: true });
    await lab.server.put(`/runs/${run}/jobs/3/`, { status: 'pass', success: true });
    const [, second] = await lab.receiver.got(2);
    expect(read(second!).data.run).toMatchObject({ total: 3, counts: { pass: 2, fail: 1 } });
    expect(second!.headers['webhook-id']).not.toBe(headers['webhook-id']);
    await lab.server.request('DELETE', `/runs/${run}/jobs/2/`);
    await becomes(made.id, { status: 'delivered', attempts: 1, answer_code: 204, due: null, error: null });
    expect(await lab.server.db.kysely.selectFrom('run_ends').selectAll().execute()).toEqual([]);
    expect(lab.receiver.received).toHaveLength(2);
  });

  test('announce new causes once, in the format of Slack, with all text escaped', async () => {
    const events = ['new_cause'];
    await subscribe({ events, format: 'slack' });
    const pass = (run: string, more = {}) =>
      Promise.all([1, 2, 3, 4, 5, 6].map((at) => report(run, `${at}`, { status: 'pass', success: true, ...more })));
    const broken = '<!channel> & <https://bad.example|good> is broken';
    for (let day = 3; day < 8; day++) await pass(runOn(day));
    start();
    for (const day of [8, 9]) {
      const run = runOn(day);
      await report(run, '9', { status: 'running' });
      await pass(run);
      for (const id of ['7', '8', '10']) await report(run, id, { status: 'fail', failure_reason: broken });
      await lab.server.put(`/runs/${run}/jobs/9/`, { status: 'pass', success: true });
      await vi.waitFor(async () =>
        expect(await lab.server.db.kysely.selectFrom('run_ends').selectAll().execute()).toEqual([]),
      );
    }
    const [first, ...more] = await lab.receiver.got(1);
    const { text } = JSON.parse(first!.text) as { text: string };
    expect(text.split('\n').slice(0, 2)).toEqual([
      `<${address}ui/runs/${runOn(8)}|${runOn(8)}>`,
      '3 of 10 jobs failed, 1 new cause. rados on main by yuriw',
    ]);
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;');
    expect(text).not.toMatch(/<!|<https:\/\/bad/);
    expect(more).toEqual([]);
  });

  test('announce a node when it becomes suspect, and not again while it stays suspect', async () => {
    for (const name of ['bad001', 'good001', 'good002'])
      expect((await lab.server.post('/nodes/', { name, machine_type: 'lamp', up: true })).status).toBe(200);
    const run = newRun();
    const on = (node: string) => ({ targets: { [`ubuntu@${node}`]: 'key' }, machine_type: 'lamp' });
    const failed = { status: 'fail', success: false, failure_reason: 'Failed to reconnect to bad001' };
    for (let at = 0; at < 5; at++) await report(run, `bad${at}`, { ...on('bad001'), ...failed });
    for (let at = 0; at < 40; at++)
      await report(run, `${at}`, { ...on(`good00${(at % 2) + 1}`), status: 'pass', success: true });
    const { subscription: made } = await subscribe({ events: ['node_suspect'], filter: 'suite:fs machine:la*' });
    const { subscription: other } = await subscribe({ name: 'b', events: ['node_suspect'], filter: 'm:smithi' });
    const look = () => announceSuspects({ db: lab.server.db, config, now });
    const told = async () => (await deliveries(made.id)).map(({ title }) => title);
    await look();
    lab.ahead += 24 * hour;
    await look();
    expect(await told()).toEqual(['Suspect: bad001']);
    lab.ahead += 4 * 24 * hour;
    await look();
    expect([await told(), await deliveries(other.id)]).toEqual([['Suspect: bad001', 'Suspect: bad001'], []]);
    start();
    const [first] = await lab.receiver.got(1);
    expect(JSON.parse(first!.text)).toMatchObject({
      type: 'node_suspect',
      data: {
        nodes: [{ name: 'bad001', machine_type: 'lamp', sentence: expect.stringContaining('5 infra failures') }],
      },
    });
  });

  test('are managed without revealing passwords', async () => {
    const { subscription: made, secret } = await subscribe({ filter: 's:fail' });
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(made).toMatchObject({ target: `${lab.receiver.url}/…`, created_by: 'ana', enabled: true, problem: null });
    const put = async (values: object) => (await lab.server.put(`/api/subscriptions/${made.id}`, values)).json;
    expect(await put({ format: 'slack' })).toMatchObject({ secret: null, subscription: { format: 'slack' } });
    expect(await put({ new_secret: true })).toMatchObject({ secret: expect.stringMatching(/^whsec_/) });
    for (const [key, values] of Object.entries({
      name: { name: ' ' },
      filter: { filter: 'nonsense:x' },
      events: { events: [] },
      format: { format: 'mail', target: 'ana@example.com' },
      target: { target: 'http://127.0.0.1/\u0000' },
      enabled: { enabled: null },
      other: { other: 1 },
    })) {
      const answer = await lab.server.put(`/api/subscriptions/${made.id}`, values);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`key '${key}`)]);
    }
    const twice = await post();
    expect([twice.status, twice.text]).toEqual([400, expect.stringContaining("key 'name'")]);
    expect((await lab.server.request('DELETE', `/api/subscriptions/${made.id}`)).status).toBe(200);
    expect((await lab.server.get(`/api/subscriptions/${made.id}/deliveries`)).status).toBe(404);
    const changes = await lab.server.get('/api/audit?q=kind:subscription');
    expect(changes.text).toContain('"action":"delete"');
    expect(changes.text).not.toMatch(/swordfish|whsec_/);
  });
});
