/** Tells people what has happened, beside the server (docs/decisions/0028-notifications.md). */
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

/** Deliveries that are sent at the same time by one process, each to another subscription. */
const atOnce = 4;
/** How long a delivery is claimed for, in microseconds: longer than an attempt takes. */
const claimedFor = 4 * attemptTimeout * 1000;
/** Milliseconds between two looks for what is due, for suspect nodes, and for what is old. */
const [lookEvery, nodesEvery, oldEvery] = [5000, 600_000, 3_600_000];
/** Statuses of jobs that end no run. */
const goesOn: ReadonlySet<string | null> = new Set(['queued', 'waiting', 'running']);
/** Milliseconds that attempts have to end when the server stops. */
const lastPatience = 2000;

/** What tells people. */
export interface Notifier {
  /** Begins nothing new, and lets what is being sent end. */
  stop(): Promise<void>;
}

/** What it works with. */
export interface NotifierOptions extends AnnounceOptions {
  config: AnnounceOptions['config'] & MailSettings;
  log: Pick<Logger, 'warn'>;
  /** Hears how attempts end. */
  onAttempt: (outcome: 'delivered' | 'failed' | 'given up') => void;
}

/** Starts to tell people. */
export function startNotifier(options: NotifierOptions): Notifier {
  const { db, log } = options;
  const [stopping, cutOff] = [new AbortController(), new AbortController()];
  const { signal } = stopping;
  const [ended, due, rarely] = [createBell(), createBell(), createBell()];
  const warn = (error: unknown) => log.warn({ err: error }, 'could not tell of what has happened; trying again');
  const unsubscribe = db.live.subscribe((event) => {
    if (event.type === 'deliveries' || event.type === 'reset') due.ring();
    // A run can only have ended with one of its jobs.
    if (event.type === 'jobs' && event.jobs.some(({ status }) => !goesOn.has(status))) ended.ring();
  });
  /** Repeats some work while there is any (it returns true), and when the bell rings, and after a while, in milliseconds. */
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

/** Sends what is due, some at a time; `onSent` hears of the end of each. */
function createSender(
  options: NotifierOptions,
  { signal, warn, onSent }: { signal: AbortSignal; warn: (error: unknown) => void; onSent: () => void },
) {
  const { db, now } = options;
  const sending = new Map<number, Promise<void>>();
  const busy = () => [...sending.keys()];
  /** Begins to send the delivery that has waited longest; false when none is due. */
  const sendNext = async () => {
    const at = now();
    if (sending.size === atOnce) return false;
    // Nothing is written where nothing is due.
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
  /** Milliseconds until it has to look again. */
  const untilDue = async () => {
    const next = sending.size === atOnce ? null : await nextDelivery(db, busy());
    return next === null ? lookEvery : Math.min(Math.max((next - now()) / 1000, 0), lookEvery);
  };
  return { sendNext, untilDue, allSent: () => Promise.all(sending.values()) };
}

/** Sends a delivery that was claimed, and notes what became of it. */
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
