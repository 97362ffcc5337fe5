/** Who is told of what: runs that are over, their new causes, and what becomes of messages that do not arrive. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunNews } from '../../src/core/notifications/message.ts';
import type {
  DeliveryItem,
  DeliveryList,
  SavedSubscription,
  SubscriptionList,
} from '../../src/http/api/subscription-schema.ts';
import { announceSuspects } from '../../src/notify/announce.ts';
import { type Notifier, startNotifier } from '../../src/notify/notifier.ts';
import { claimDelivery, forgetOldNews } from '../../src/store/write/deliveries.ts';
import { runOn } from '../api/pages.ts';
import { engines } from '../helpers/engines.ts';
import { type Receiver, startReceiver } from '../helpers/receiver.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const address = 'https://paddles.example/';
const config = { address, base_branches: '', notify_after: 0, smtp_url: '', mail_from: '' };
const log = { warn: (entry: unknown) => expect.fail(JSON.stringify(entry)) } as never;
const hour = 3_600_000_000;

describe.each(engines)('notifications on $name', (engine) => {
  let server: TestServer;
  let receiver: Receiver;
  let notifiers: Notifier[] = [];
  let outcomes: string[] = [];
  /** Microseconds by which the clock of the notifiers is ahead. */
  let ahead = 0;
  let runs = 0;
  const now = () => Date.now() * 1000 + ahead;

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
  });
  beforeEach(async () => {
    receiver = await startReceiver();
    ahead = 0;
    outcomes = [];
  });
  afterEach(async () => {
    await Promise.all(notifiers.map((notifier) => notifier.stop()));
    notifiers = [];
    await receiver.stop();
    await server.db.kysely.deleteFrom('subscriptions').execute();
    await server.db.kysely.deleteFrom('run_ends').execute();
  });
  afterAll(() => server.stop());

  const later = (time: number) => {
    ahead += time;
    server.db.live.changed({ deliveries: true });
  };
  const start = () => {
    const notifier = startNotifier({
      ...{ db: server.db, config, now, log },
      onAttempt: (outcome) => outcomes.push(outcome),
    });
    notifiers.push(notifier);
    return notifier;
  };
  const post = (values: Record<string, unknown> = {}) => {
    const target = `${receiver.url}/hook?key=swordfish`;
    const body = { name: 'the lab', events: ['run_finished'], format: 'standard', target, ...values };
    return server.post('/api/subscriptions', body, { 'x-paddles-name': 'ana' });
  };
  const subscribe = async (values: Record<string, unknown> = {}) => {
    const answer = await post(values);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer.json as SavedSubscription;
  };
  const deliveries = async (id: number) =>
    ((await server.get(`/api/subscriptions/${id}/deliveries`)).json as DeliveryList).deliveries;
  const becomes = (id: number, values: Partial<DeliveryItem>) =>
    vi.waitFor(async () => expect((await deliveries(id))[0]).toMatchObject(values), { timeout: 30_000, interval: 30 });
  const subscription = async () => ((await server.get('/api/subscriptions')).json as SubscriptionList).subscriptions[0];
  const report = async (run: string, job_id: string, job: Record<string, unknown>) =>
    expect((await server.post(`/runs/${run}/jobs/`, { job_id, ...job })).status).toBe(200);
  const newRun = () => runOn(2).replace('09:00:00', `09:00:${String(runs++).padStart(2, '0')}`);
  const read = ({ text }: { text: string }) => JSON.parse(text) as { type: string; text: string; data: RunNews };

  test('tell of a run once it is over, signed, and again when it has ended in another way', async () => {
    const run = newRun();
    const { subscription: made, secret } = await subscribe({ filter: 'suite:rados branch:main' });
    await subscribe({ name: 'others', filter: 'suite:fs' });
    start();
    await report(run, '1', { status: 'fail', failure_reason: 'it broke', success: false });
    await report(run.replace('rados', 'fs-x'), '1', { status: 'running' });
    const [first] = await receiver.got(1);
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

    // What is left to do, what is said again, and what somebody deletes is no end.
    await report(run, '2', { status: 'queued' });
    await report(run, '3', { status: 'running' });
    await server.put(`/runs/${run}/jobs/1/`, { status: 'fail', failure_reason: 'it broke indeed' });
    await server.put(`/runs/${run}/jobs/2/`, { status: 'pass', success: true });
    await server.put(`/runs/${run}/jobs/3/`, { status: 'pass', success: true });
    const [, second] = await receiver.got(2);
    expect(read(second!).data.run).toMatchObject({ total: 3, counts: { pass: 2, fail: 1 } });
    expect(second!.headers['webhook-id']).not.toBe(headers['webhook-id']);
    await server.request('DELETE', `/runs/${run}/jobs/2/`);
    await becomes(made.id, { status: 'delivered', attempts: 1, answer_code: 204, due: null, error: null });
    expect(await server.db.kysely.selectFrom('run_ends').selectAll().execute()).toEqual([]);
    expect(receiver.received).toHaveLength(2);
  });

  test('tell of new causes once, in the words of Slack, in which nothing can be slipped', async () => {
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
      await server.put(`/runs/${run}/jobs/9/`, { status: 'pass', success: true });
      await vi.waitFor(async () =>
        expect(await server.db.kysely.selectFrom('run_ends').selectAll().execute()).toEqual([]),
      );
    }
    const [first, ...more] = await receiver.got(1);
    const { text } = JSON.parse(first!.text) as { text: string };
    expect(text.split('\n').slice(0, 2)).toEqual([
      `<${address}ui/runs/${runOn(8)}|${runOn(8)}>`,
      '3 of 10 jobs failed, 1 new cause. rados on main by yuriw',
    ]);
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;');
    expect(text).not.toMatch(/<!|<https:\/\/bad/);
    expect(more).toEqual([]);
  });

  test('are repeated with the same id until they arrive, and written reports never wait for it', async () => {
    const { subscription: made } = await subscribe();
    const held = Promise.withResolvers<void>();
    receiver.answer = (response) => void held.promise.then(() => response.writeHead(500).end('x'.repeat(1 << 20)));
    start();
    await report(newRun(), '1', { status: 'pass', success: true });
    await receiver.got(1);
    // The receiver has not answered yet.
    for (let at = 0; at < 20; at++) await report(newRun(), '1', { status: 'running' });
    held.resolve();
    await becomes(made.id, { status: 'waiting', attempts: 1, answer_code: 500, error: 'answered 500' });
    receiver.answer = (response) => void response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end();
    later(hour);
    await becomes(made.id, { attempts: 2, answer_code: 302, error: expect.stringContaining('redirects') });
    receiver.answer = (response) => response.destroy();
    later(hour);
    await becomes(made.id, { attempts: 3, answer_code: null, error: expect.stringContaining('cannot be reached') });
    expect(await subscription()).toMatchObject({
      enabled: true,
      problem: expect.stringContaining('cannot be reached'),
    });
    receiver.answer = (response) => response.writeHead(200).end('{"ok": true}');
    later(hour);
    await becomes(made.id, { status: 'delivered', attempts: 4, answer_code: 200 });
    expect(await subscription()).toMatchObject({ failing_since: null, problem: null });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/hook?key=swordfish']));
    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'delivered']);
  });

  test('are given up in the end, and a subscription where nothing arrives for days is switched off', async () => {
    const { subscription: made } = await subscribe();
    receiver.answer = (response) => response.writeHead(500).end();
    start();
    await report(newRun(), '1', { status: 'pass', success: true });
    for (let attempts = 1; attempts <= 8; attempts++) {
      await vi.waitFor(() => expect(outcomes).toHaveLength(attempts), { timeout: 30_000 });
      later((attempts < 7 ? 6 : 24) * hour);
    }
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['failed']));
    expect(outcomes.at(-1)).toBe('given up');
    await becomes(made.id, { status: 'failed', attempts: 8, due: null });
    expect(await subscription()).toMatchObject({ enabled: true, problem: 'answered 500' });
    later(5 * 24 * hour);
    await report(newRun(), '1', { status: 'pass', success: true });
    await becomes(made.id, { status: 'failed', attempts: 1, error: expect.stringContaining('switched off') });
    expect(await subscription()).toMatchObject({ enabled: false, problem: expect.stringContaining('switched off') });
    receiver.answer = (response) => response.writeHead(204).end();
    const [{ id = 0 } = {}] = await deliveries(made.id);
    await server.post(`/api/subscriptions/${made.id}/deliveries/${id}/again`);
    await becomes(made.id, { status: 'delivered', attempts: 1 });
    const again = await server.put(`/api/subscriptions/${made.id}`, { enabled: true });
    expect((again.json as SavedSubscription).subscription).toMatchObject({ enabled: true, problem: null });
    receiver.answer = (response) => response.writeHead(410).end();
    await server.post(`/api/subscriptions/${made.id}/test`);
    await becomes(made.id, { status: 'failed', answer_code: 410, event: 'test' });
    expect(await subscription()).toMatchObject({ enabled: false });
    expect(await deliveries(made.id)).toHaveLength(3);
    await forgetOldNews(server.db, now() + 31 * 24 * hour);
    expect(await deliveries(made.id)).toEqual([]);
  });

  test('are sent once by several servers, and what a stop interrupts is sent by the next one', async () => {
    const { subscription: made } = await subscribe();
    const held = Promise.withResolvers<void>();
    receiver.answer = (response) => void held.promise.then(() => response.writeHead(204).end());
    const first = start();
    await report(newRun(), '1', { status: 'pass', success: true });
    await receiver.got(1);
    const stopped = first.stop();
    for (let at = 0; at < 4; at++) await report(newRun(), '1', { status: 'pass', success: true });
    await stopped;
    held.resolve();
    start();
    start();
    await receiver.got(6);
    await vi.waitFor(async () => {
      const all = await deliveries(made.id);
      expect(all.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(Array(5).fill('delivered 1'));
    });
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(5);
    expect(receiver.received).toHaveLength(6);
  });

  test('are claimed by one of many who try at once', async () => {
    const { subscription: made } = await subscribe();
    for (let count = 0; count < 3; count++) await server.post(`/api/subscriptions/${made.id}/test`);
    const at = now() + hour;
    const claim = () => claimDelivery(server.db, { at, until: at + hour, busy: [] });
    const claimed = (await Promise.all(Array.from({ length: 8 }, claim))).flatMap((one) => one?.id ?? []);
    expect([claimed.length > 0, new Set(claimed).size]).toEqual([true, claimed.length]);
  });

  test('tell of a node when it becomes suspect, and not again while it is', async () => {
    for (const name of ['bad001', 'good001', 'good002'])
      expect((await server.post('/nodes/', { name, machine_type: 'lamp', up: true })).status).toBe(200);
    const run = newRun();
    const on = (node: string) => ({ targets: { [`ubuntu@${node}`]: 'key' }, machine_type: 'lamp' });
    const failed = { status: 'fail', success: false, failure_reason: 'Failed to reconnect to bad001' };
    for (let at = 0; at < 5; at++) await report(run, `bad${at}`, { ...on('bad001'), ...failed });
    for (let at = 0; at < 40; at++)
      await report(run, `${at}`, { ...on(`good00${(at % 2) + 1}`), status: 'pass', success: true });
    const { subscription: made } = await subscribe({ events: ['node_suspect'], filter: 'suite:fs machine:la*' });
    const { subscription: other } = await subscribe({ name: 'b', events: ['node_suspect'], filter: 'm:smithi' });
    const look = () => announceSuspects({ db: server.db, config, now });
    const told = async () => (await deliveries(made.id)).map(({ title }) => title);
    await look();
    ahead += 24 * hour;
    await look();
    expect(await told()).toEqual(['Suspect: bad001']);
    ahead += 4 * 24 * hour;
    await look();
    expect([await told(), await deliveries(other.id)]).toEqual([['Suspect: bad001', 'Suspect: bad001'], []]);
    start();
    const [first] = await receiver.got(1);
    expect(JSON.parse(first!.text)).toMatchObject({
      type: 'node_suspect',
      data: {
        nodes: [{ name: 'bad001', machine_type: 'lamp', sentence: expect.stringContaining('5 infra failures') }],
      },
    });
  });

  test('are managed without showing what could be a password', async () => {
    const { subscription: made, secret } = await subscribe({ filter: 's:fail' });
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(made).toMatchObject({ target: `${receiver.url}/…`, created_by: 'ana', enabled: true, problem: null });
    const put = async (values: object) => (await server.put(`/api/subscriptions/${made.id}`, values)).json;
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
      const answer = await server.put(`/api/subscriptions/${made.id}`, values);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`key '${key}`)]);
    }
    const twice = await post();
    expect([twice.status, twice.text]).toEqual([400, expect.stringContaining("key 'name'")]);
    expect((await server.request('DELETE', `/api/subscriptions/${made.id}`)).status).toBe(200);
    expect((await server.get(`/api/subscriptions/${made.id}/deliveries`)).status).toBe(404);
    const changes = await server.get('/api/audit?q=kind:subscription');
    expect(changes.text).toContain('"action":"delete"');
    expect(changes.text).not.toMatch(/swordfish|whsec_/);
  });
});
