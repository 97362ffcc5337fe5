/** The statements of notifications. */
import { expect } from 'vitest';
import { announceRun, announceSuspects } from '../../src/notify/announce.ts';
import type { Db } from '../../src/store/db.ts';
import { nodeTypes } from '../../src/store/read/nodes.ts';
import { countWaitingDeliveries, nextDelivery } from '../../src/store/read/subscriptions.ts';
import { claimDelivery, forgetOldNews, recordAttempt, releaseDelivery } from '../../src/store/write/deliveries.ts';
import { tellSuspects, untold } from '../../src/store/write/news.ts';
import type { Doors } from './requests.ts';

const ended = 'writer-2026-02-01_12:00:00-rados-main-distro-default-smithi';

/** Adds a subscription, ends a run, sends the due messages, and deletes the subscription; `at` in microseconds. */
export async function notify(db: Db, { teuthology }: Doors, at: number): Promise<void> {
  const send = async (method: 'POST' | 'PUT' | 'DELETE' | 'GET', url: string, payload?: object) => {
    const answer = await teuthology.inject({ method, url, ...(payload && { payload }) });
    expect([url, answer.statusCode, answer.body]).toEqual([url, 200, expect.anything()]);
    return answer.json();
  };
  const events = ['run_finished', 'node_suspect'];
  const sent = { name: 'one', events, format: 'slack', target: 'http://127.0.0.1:9/', filter: 'suite:rados branch:m*' };
  const { subscription } = await send('POST', '/api/subscriptions', sent);
  const path = `/api/subscriptions/${subscription.id}`;
  await send('PUT', path, { name: 'another' });
  await send('POST', `${path}/test`, {});
  await send('POST', '/runs/', { name: ended });
  await send('POST', `/runs/${ended}/jobs/`, { job_id: '1', status: 'pass', success: true });
  const config = { address: '', base_branches: 'main', notify_after: 0 };
  const now = () => at + 60_000_000;
  expect(await announceRun({ db, config, now })).toBe(true);
  await announceSuspects({ db, config, now });
  for (const seen of [at, at + 1]) await tellSuspects(db, ['somewhere'], seen, () => []);
  const told = { suite: 'rados', branch: 'main', at };
  await db.kysely.transaction().execute((transaction) => untold(transaction, subscription.id, ['00000000'], told));
  expect(await nodeTypes(db, ['host.example'])).toEqual(new Map());
  expect(await countWaitingDeliveries(db)).toBeGreaterThan(1);
  expect(await nextDelivery(db, [])).not.toBe(null);

  const claim = () => claimDelivery(db, { at: now(), until: now() + 1, busy: [] });
  const first = (await claim())!;
  await releaseDelivery(db, first, now());
  for (const gone of [false, true]) {
    const claimed = (await claim())!;
    await recordAttempt(db, claimed, { outcome: 'failed', answer_code: 410, error: 'gone', gone }, now());
    await send('POST', `${path}/deliveries/${claimed.id}/again`, {});
  }
  await send('POST', `${path}/deliveries/${first.id}/again`, {});
  await send('PUT', path, { enabled: true });
  await send('PUT', path, { enabled: false });
  await send('GET', `${path}/deliveries`);
  await forgetOldNews(db, at);
  await send('DELETE', path);
  await send('DELETE', `/runs/${ended}/`);
}
