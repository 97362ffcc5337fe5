/** A server, a receiver of webhooks, notifiers, and helpers for tests of notifications. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type {
  DeliveryItem,
  DeliveryList,
  SavedSubscription,
  SubscriptionList,
} from '../../src/http/api/subscriptions.ts';
import { type Notifier, startNotifier } from '../../src/notify/notifier.ts';
import { runOn } from '../api/pages.ts';
import type { Engine } from '../helpers/engines.ts';
import { type Receiver, startReceiver } from '../helpers/receiver.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

export const address = 'https://paddles.example/';
export const config = { address, base_branches: '', notify_after: 0, smtp_url: '', mail_from: '' };
const log = { warn: (entry: unknown) => expect.fail(JSON.stringify(entry)) } as never;
export const hour = 3_600_000_000;

/** Starts one server for the tests of a block, and a receiver for each test. Stops the notifiers that a test has started. */
export function notificationsOn(engine: Engine, settings: Partial<typeof config> = {}) {
  let notifiers: Notifier[] = [];
  let runs = 0;
  const lab = {
    server: undefined as unknown as TestServer,
    receiver: undefined as unknown as Receiver,
    outcomes: [] as string[],
    /** How far the clock of the notifiers is ahead, in microseconds. */
    ahead: 0,
  };
  const now = () => Date.now() * 1000 + lab.ahead;

  beforeAll(async () => {
    lab.server = await startServer(engine, { contract: 'teuthology', ...settings });
  });
  beforeEach(async () => {
    lab.receiver = await startReceiver();
    lab.ahead = 0;
    lab.outcomes = [];
  });
  afterEach(async () => {
    await Promise.all(notifiers.map((notifier) => notifier.stop()));
    notifiers = [];
    await lab.receiver.stop();
    await lab.server.db.kysely.deleteFrom('subscriptions').execute();
    await lab.server.db.kysely.deleteFrom('run_ends').execute();
  });
  afterAll(() => lab.server.stop());

  const later = (time: number) => {
    lab.ahead += time;
    lab.server.db.live.changed({ deliveries: true });
  };
  const start = (settings: Partial<typeof config> = {}) => {
    const notifier = startNotifier({
      ...{ db: lab.server.db, config: { ...config, ...settings }, now, log },
      onAttempt: (outcome) => lab.outcomes.push(outcome),
    });
    notifiers.push(notifier);
    return notifier;
  };
  /** Resolves when `times` attempts have ended. The `attempts` of a delivery also count an attempt that has only started. */
  const attempted = (times: number) => vi.waitFor(() => expect(lab.outcomes).toHaveLength(times), { timeout: 30_000 });
  const newRun = () => runOn(2).replace('09:00:00', `09:00:${String(runs++).padStart(2, '0')}`);
  return Object.assign(lab, { now, later, start, attempted, newRun }, askingFor(lab));
}

/** The requests that clients send to the server. */
function askingFor(lab: { server: TestServer; receiver: Receiver }) {
  const post = (values: Record<string, unknown> = {}) => {
    const target = `${lab.receiver.url}/hook?key=swordfish`;
    const body = { name: 'the lab', events: ['run_finished'], format: 'standard', target, ...values };
    return lab.server.post('/api/subscriptions', body, { 'x-paddles-name': 'ana' });
  };
  const subscribe = async (values: Record<string, unknown> = {}) => {
    const answer = await post(values);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer.json as SavedSubscription;
  };
  const deliveries = async (id: number) =>
    ((await lab.server.get(`/api/subscriptions/${id}/deliveries`)).json as DeliveryList).deliveries;
  const becomes = (id: number, values: Partial<DeliveryItem>) =>
    vi.waitFor(async () => expect((await deliveries(id))[0]).toMatchObject(values), { timeout: 30_000, interval: 30 });
  const subscription = async () =>
    ((await lab.server.get('/api/subscriptions')).json as SubscriptionList).subscriptions[0];
  const report = async (run: string, job_id: string, job: Record<string, unknown>) =>
    expect((await lab.server.post(`/runs/${run}/jobs/`, { job_id, ...job })).status).toBe(200);
  return { post, subscribe, deliveries, becomes, subscription, report };
}
