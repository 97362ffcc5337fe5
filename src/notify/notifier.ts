/** Sends notifications in the background of the server (docs/decisions/0028-notifications.md). */
import type { Logger } from 'pino';
import { bodyIn } from '../core/notifications/message.ts';
import { type Attempt, attemptTimeout } from '../core/notifications/subscription.ts';
import { milliseconds } from '../core/time.ts';
import { type Bell, createBell } from '../core/turns.ts';
import { nextDelivery } from '../store/read/subscriptions.ts';
import {
  type ClaimedDelivery,
  claimDelivery,
  forgetOldNews,
  recordAttempt,
  releaseDelivery,
} from '../store/write/deliveries.ts';
import { type AnnounceOptions, announceRun, announceSuspects } from './announce.ts';
import { type MailSettings, sendMail, sendWebhook } from './send.ts';

/** The most deliveries that one process sends at the same time, each to a different subscription. */
const atOnce = 4;
/** How long a delivery is claimed for, in microseconds; longer than an attempt takes. */
const claimedFor = 4 * attemptTimeout * 1000;
/** Milliseconds between two checks for due deliveries, for suspect nodes, and for old deliveries. */
const [lookEvery, nodesEvery, oldEvery] = [5000, 600_000, 3_600_000];
/** Statuses of jobs that cannot end a run. */
const goesOn: ReadonlySet<string | null> = new Set(['queued', 'waiting', 'running']);
/** Milliseconds in which attempts must end when the server stops. */
const lastPatience = 2000;

/** The background work that sends notifications. */
export interface Notifier {
  /** Starts no new work, and waits for the deliveries that are being sent. */
  stop(): Promise<void>;
}

/** Options of the notifier. */
export interface NotifierOptions extends AnnounceOptions {
  config: AnnounceOptions['config'] & MailSettings;
  log: Pick<Logger, 'warn'>;
  /** Called with the outcome of each attempt. */
  onAttempt: (outcome: 'delivered' | 'failed' | 'given up') => void;
}

/** Starts sending notifications. */
export function startNotifier(options: NotifierOptions): Notifier {
  const { db, log } = options;
  const [stopping, cutOff] = [new AbortController(), new AbortController()];
  const { signal } = stopping;
  const [ended, due, rarely] = [createBell(), createBell(), createBell()];
  const warn = (error: unknown) => log.warn({ err: error }, 'could not tell of what has happened; trying again');
  const unsubscribe = db.live.subscribe((event) => {
    if (event.type === 'deliveries' || event.type === 'reset') due.ring();
    // A run ends only when one of its jobs does.
    if (event.type === 'jobs' && event.jobs.some(({ status }) => !goesOn.has(status))) ended.ring();
  });
  /** Repeats `work` as long as it returns true. Then waits for the bell, or for the milliseconds that `untilNext` returns. */
  const repeat = async (work: () => Promise<unknown>, bell: Bell, untilNext = async () => lookEvery) => {
    while (!signal.aborted) {
      const heard = bell.rung();
      try {
        if ((await work()) !== true) await bell.wait(heard, await untilNext());
      } catch (error) {
        if (!signal.aborted) warn(error);
        await bell.wait(heard, lookEvery);
      }
    }
  };
  const seldom = (work: () => Promise<void>, every: number) => repeat(work, rarely, async () => every);
  const sender = createSender(options, { signal: cutOff.signal, warn, onSent: due.ring });
  const working = Promise.all([
    repeat(() => announceRun(options), ended),
    seldom(() => announceSuspects(options), nodesEvery),
    seldom(() => forgetOldNews(db, options.now()), oldEvery),
    repeat(sender.sendNext, due, sender.untilDue),
  ]);
  return {
    async stop() {
      unsubscribe();
      stopping.abort();
      for (const bell of [ended, due, rarely]) bell.ring();
      const timer = setTimeout(() => cutOff.abort(), lastPatience);
      await working;
      await sender.allSent();
      clearTimeout(timer);
    },
  };
}

/** Sends due deliveries, several at a time. `onSent` is called when each of them has ended. */
function createSender(
  options: NotifierOptions,
  { signal, warn, onSent }: { signal: AbortSignal; warn: (error: unknown) => void; onSent: () => void },
) {
  const { db, now } = options;
  const sending = new Map<number, Promise<void>>();
  const busy = () => [...sending.keys()];
  /** Starts sending the delivery that has waited longest. Returns false if none is due or enough are being sent. */
  const sendNext = async () => {
    const at = now();
    if (sending.size === atOnce) return false;
    // Avoids a write if nothing is due.
    const next = await nextDelivery(db, busy());
    if (next === null || next > at) return false;
    const claimed = await claimDelivery(db, { at, until: at + claimedFor, busy: busy() });
    if (claimed === null) return false;
    const { subscription_id } = claimed;
    const sent = sendOnce(options, claimed, signal).catch(warn);
    const done = sent.then(() => sending.delete(subscription_id)).then(onSent);
    sending.set(subscription_id, done);
    return true;
  };
  /** Returns the milliseconds until the next check. */
  const untilDue = async () => {
    const next = sending.size === atOnce ? null : await nextDelivery(db, busy());
    return next === null ? lookEvery : Math.min(Math.max((next - now()) / 1000, 0), lookEvery);
  };
  return { sendNext, untilDue, allSent: () => Promise.all(sending.values()) };
}

/** Sends a claimed delivery, and records the outcome. */
async function sendOnce(options: NotifierOptions, claimed: ClaimedDelivery, signal: AbortSignal): Promise<void> {
  const { db, now, onAttempt } = options;
  try {
    onAttempt(await recordAttempt(db, claimed, await send(options, claimed, signal), now()));
  } catch (error) {
    if (!signal.aborted) throw error;
    await releaseDelivery(db, claimed, now());
  }
  db.live.changed({ deliveries: true });
}

function send({ config, now }: NotifierOptions, delivery: ClaimedDelivery, signal: AbortSignal): Promise<Attempt> {
  const message = { ...delivery, body: bodyIn(delivery.format, delivery.body) };
  if (delivery.format === 'mail') return sendMail(config, message, signal);
  return sendWebhook(message, milliseconds(now()), signal);
}
