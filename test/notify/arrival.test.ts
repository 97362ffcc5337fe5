/** Messages that do not arrive at once, or that several servers try to send. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SavedSubscription } from '../../src/http/api/subscriptions.ts';
import {
  type ClaimedDelivery,
  claimDelivery,
  forgetOldNews,
  recordAttempt,
  releaseDelivery,
} from '../../src/store/write/deliveries.ts';
import { engines } from '../helpers/engines.ts';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';
import { hour, notificationsOn } from './lab.ts';

describe.each(engines)('notifications on $name', (engine) => {
  // Subscriptions to mail require a mail server; the notifiers get another one.
  const lab = notificationsOn(engine, { smtp_url: 'smtp://127.0.0.1:9', mail_from: 'paddles@lab.example' });
  const { now, later, start, subscribe, deliveries, becomes, subscription, report, newRun } = lab;
  let mail: MailServer;
  beforeAll(async () => {
    mail = await startMailServer();
  });
  afterAll(() => mail.stop());

  test('are repeated with the same id until they arrive, and reports of jobs never wait for them', async () => {
    const { subscription: made } = await subscribe();
    const held = Promise.withResolvers<void>();
    lab.receiver.answer = (response) => void held.promise.then(() => response.writeHead(500).end('x'.repeat(1 << 20)));
    start();
    await report(newRun(), '1', { status: 'pass', success: true });
    await lab.receiver.got(1);
    // The receiver has not answered yet.
    for (let at = 0; at < 20; at++) await report(newRun(), '1', { status: 'running' });
    held.resolve();
    await becomes(made.id, { status: 'waiting', attempts: 1, answer_code: 500, error: 'answered 500' });
    lab.receiver.answer = (response) =>
      void response.writeHead(302, { location: `${lab.receiver.url}/elsewhere` }).end();
    later(hour);
    await becomes(made.id, { attempts: 2, answer_code: 302, error: expect.stringContaining('redirects') });
    lab.receiver.answer = (response) => response.destroy();
    later(hour);
    await becomes(made.id, { attempts: 3, answer_code: null, error: expect.stringContaining('cannot be reached') });
    expect(await subscription()).toMatchObject({
      enabled: true,
      problem: expect.stringContaining('cannot be reached'),
    });
    lab.receiver.answer = (response) => response.writeHead(200).end('{"ok": true}');
    later(hour);
    await becomes(made.id, { status: 'delivered', attempts: 4, answer_code: 200 });
    expect(await subscription()).toMatchObject({ failing_since: null, problem: null });
    expect(new Set(lab.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(lab.receiver.received.map(({ headers }) => headers.connection))).toEqual(new Set(['close']));
    expect(new Set(lab.receiver.received.map(({ path }) => path))).toEqual(new Set(['/hook?key=swordfish']));
    expect(lab.outcomes).toEqual(['failed', 'failed', 'failed', 'delivered']);
  });

  test('are repeated when the receiver asks for it, within a day', async () => {
    const { subscription: made } = await subscribe();
    const after = (value: string) => {
      lab.receiver.answer = (response) => response.writeHead(429, { 'retry-after': value }).end();
    };
    /** Minutes until the message is sent again after `attempts` attempts. */
    const pause = async (attempts: number) => {
      await lab.attempted(attempts);
      const [{ due, last_attempt } = {}] = await deliveries(made.id);
      return Math.round((due! - last_attempt!) / 60_000);
    };
    after('7200');
    start();
    await lab.server.post(`/api/subscriptions/${made.id}/test`);
    expect(await pause(1)).toBe(120);
    after('99999999');
    later(2 * hour);
    expect(await pause(2)).toBe(24 * 60);
    after(new Date(now() / 1000 + 26 * 3_600_000).toUTCString());
    later(24 * hour);
    expect(await pause(3)).toBe(120);
    lab.receiver.answer = (response) => response.writeHead(204).end();
    later(hour);
    expect((await deliveries(made.id))[0]).toMatchObject({ attempts: 3 });
    later(hour);
    await becomes(made.id, { status: 'delivered', attempts: 4 });
  });

  test('that some addresses refuse are sent again to these, and do not switch the subscription off', async () => {
    const target = 'ana@example.com, bob@Example.COM, eve@example.com';
    const { subscription: made } = await subscribe({ format: 'mail', target });
    const told = () => {
      const found = mail.commands.filter((line) => line.startsWith('RCPT')).map((line) => line[9]);
      mail.commands.length = 0;
      return found.join('');
    };
    mail.answers = { 'RCPT TO:<bob@example.com>': '451 later', 'RCPT TO:<eve@example.com>': '550 unknown' };
    start({ smtp_url: mail.url, mail_from: 'paddles@lab.example' });
    await lab.server.post(`/api/subscriptions/${made.id}/test`);
    const error = (names: string) => ({ error: `the mail server refused ${names}`, status: 'waiting' as const });
    await becomes(made.id, { ...error('bob@example.com, eve@example.com'), attempts: 1 });
    expect(await subscription()).toMatchObject({ failing_since: null, problem: expect.stringContaining('bob') });
    expect(told()).toBe('abe');
    mail.answers = { 'RCPT TO:<eve@example.com>': '550 unknown' };
    later(hour);
    await becomes(made.id, { ...error('eve@example.com'), attempts: 2 });
    expect(told()).toBe('be');
    later(6 * 24 * hour);
    await becomes(made.id, { error: 'the mail server answered 550', attempts: 3, status: 'waiting' });
    expect(await subscription()).toMatchObject({ failing_since: null, enabled: true });
    expect(told()).toBe('e');
    mail.answers = {};
    const one = { target: 'ana@example.com, zoe@example.com' };
    expect((await lab.server.put(`/api/subscriptions/${made.id}`, one)).status).toBe(200);
    later(24 * hour);
    await becomes(made.id, { status: 'failed', attempts: 4, error: expect.stringContaining('no longer in') });
    expect(await subscription()).toMatchObject({ failing_since: null, enabled: true });
    expect(told()).toBe('');
    const [{ id = 0 } = {}] = await deliveries(made.id);
    await lab.server.post(`/api/subscriptions/${made.id}/deliveries/${id}/again`);
    await becomes(made.id, { status: 'delivered', attempts: 1 });
    expect(told()).toBe('az');
  });

  test('are sent in the format that the subscription has at that time', async () => {
    const { subscription: made } = await subscribe();
    lab.receiver.answer = (response) => response.writeHead(500).end();
    mail.commands.length = 0;
    mail.answers = {};
    start({ smtp_url: mail.url, mail_from: 'paddles@lab.example' });
    const change = async (values: object) =>
      expect((await lab.server.put(`/api/subscriptions/${made.id}`, values)).status).toBe(200);
    await lab.server.post(`/api/subscriptions/${made.id}/test`);
    await lab.attempted(1);
    await change({ format: 'slack' });
    later(hour);
    await lab.attempted(2);
    const text = 'This is a test of the subscription "the lab" of paddles.';
    const bodies = lab.receiver.received.map((one) => JSON.parse(one.text));
    expect(bodies).toEqual([expect.objectContaining({ type: 'test', text }), { text }]);
    await change({ format: 'mail', target: 'ana@example.com' });
    later(hour);
    await becomes(made.id, { status: 'delivered', attempts: 3 });
    expect(mail.commands).toContain(text);
  });

  test('are given up eventually, and a subscription without a successful delivery for days is switched off', async () => {
    const { subscription: made } = await subscribe();
    lab.receiver.answer = (response) => response.writeHead(500).end();
    start();
    await report(newRun(), '1', { status: 'pass', success: true });
    for (let attempts = 1; attempts <= 8; attempts++) {
      await lab.attempted(attempts);
      later((attempts < 7 ? 6 : 24) * hour);
    }
    expect(new Set(lab.outcomes.slice(0, -1))).toEqual(new Set(['failed']));
    expect(lab.outcomes.at(-1)).toBe('given up');
    await becomes(made.id, { status: 'failed', attempts: 8, due: null });
    expect(await subscription()).toMatchObject({ enabled: true, problem: 'answered 500' });
    later(5 * 24 * hour);
    await report(newRun(), '1', { status: 'pass', success: true });
    await becomes(made.id, { status: 'failed', attempts: 1, error: expect.stringContaining('switched off') });
    expect(await subscription()).toMatchObject({ enabled: false, problem: expect.stringContaining('switched off') });
    lab.receiver.answer = (response) => response.writeHead(204).end();
    const [{ id = 0 } = {}] = await deliveries(made.id);
    await lab.server.post(`/api/subscriptions/${made.id}/deliveries/${id}/again`);
    await becomes(made.id, { status: 'delivered', attempts: 1 });
    const again = await lab.server.put(`/api/subscriptions/${made.id}`, { enabled: true });
    expect((again.json as SavedSubscription).subscription).toMatchObject({ enabled: true, problem: null });
    lab.receiver.answer = (response) => response.writeHead(410).end();
    await lab.server.post(`/api/subscriptions/${made.id}/test`);
    await becomes(made.id, { status: 'failed', answer_code: 410, event: 'test' });
    expect(await subscription()).toMatchObject({ enabled: false });
    expect(await deliveries(made.id)).toHaveLength(3);
    await forgetOldNews(lab.server.db, now() + 31 * 24 * hour);
    expect(await deliveries(made.id)).toEqual([]);
  });

  test('are sent once by several servers, and those that a stop interrupts are sent by the next server', async () => {
    const { subscription: made } = await subscribe();
    const held = Promise.withResolvers<void>();
    lab.receiver.answer = (response) => void held.promise.then(() => response.writeHead(204).end());
    const first = start();
    await report(newRun(), '1', { status: 'pass', success: true });
    await lab.receiver.got(1);
    const stopped = first.stop();
    for (let at = 0; at < 4; at++) await report(newRun(), '1', { status: 'pass', success: true });
    await stopped;
    held.resolve();
    start();
    start();
    await lab.receiver.got(6);
    await vi.waitFor(async () => {
      const all = await deliveries(made.id);
      expect(all.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(Array(5).fill('delivered 1'));
    });
    const ids = lab.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(5);
    expect(lab.receiver.received).toHaveLength(6);
  });

  test('are not repeated if the subscription is switched off while they are sent', async () => {
    const { subscription: made } = await subscribe();
    const { db } = lab.server;
    const failed = { outcome: 'failed', answer_code: 500, error: 'answered 500' } as const;
    for (const end of [
      (claimed: ClaimedDelivery) => recordAttempt(db, claimed, failed, now()),
      (claimed: ClaimedDelivery) => releaseDelivery(db, claimed, now()),
    ]) {
      await lab.server.put(`/api/subscriptions/${made.id}`, { enabled: true });
      await lab.server.post(`/api/subscriptions/${made.id}/test`);
      const claimed = await claimDelivery(db, { at: now(), until: now() + hour, busy: [] });
      await lab.server.put(`/api/subscriptions/${made.id}`, { enabled: false });
      await end(claimed!);
      const [{ status, due, error } = {}] = await deliveries(made.id);
      expect([status, due, error]).toEqual(['failed', null, 'the subscription was switched off']);
    }
  });

  test('are claimed only once by simultaneous claims', async () => {
    const { subscription: made } = await subscribe();
    for (let count = 0; count < 3; count++) await lab.server.post(`/api/subscriptions/${made.id}/test`);
    const at = now() + hour;
    const claim = () => claimDelivery(lab.server.db, { at, until: at + hour, busy: [] });
    const claimed = (await Promise.all(Array.from({ length: 8 }, claim))).flatMap((one) => one?.id ?? []);
    expect([claimed.length > 0, new Set(claimed).size]).toEqual([true, claimed.length]);
  });
});
