/** Tells people what has happened, beside the server (docs/decisions/0028-notifications.md). */
import type { Logger } from 'pino';
import { type Attempt, attemptTimeout } from '../core/notifications/subscription.ts';
import { milliseconds } from '../core/time.ts';
import { nextDelivery } from '../store/read/subscriptions.ts';
import {
  type ClaimedDelivery,
  claimDelivery,
  forgetOldNews,
  recordAttempt,
  releaseDelivery,
} from '../store/write/deliveries.ts';
import { type AnnounceOptions, announceRun, announceSuspects } from './announce.ts';
import { type MailSettings, sendMail } from './mail.ts';
import { sendWebhook } from './webhook.ts';

/** Deliveries that are sent at the same time by one process, each to another subscription. */
const atOnce = 4;
/** How long a delivery is claimed for, in microseconds: longer than an attempt takes. */
const claimedFor = 4 * attemptTimeout * 1000;
/** Milliseconds between two looks for what is due, for suspect nodes, and for what is old. */
const [lookEvery, nodesEvery, oldEvery] = [5000, 600_000, 3_600_000];
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
  const { db, now, log } = options;
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const { signal } = stopping;
  const busy = new Set<number>();
  let wake = Promise.withResolvers<void>();
  const wakeUp = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const unsubscribe = db.live.subscribe(({ type }) => {
    if (type === 'jobs' || type === 'deliveries' || type === 'reset') wakeUp();
  });
  /** Repeats some work while there is any, and whenever there may be more. */
  const lane = async (work: () => Promise<boolean>, untilNext = async () => lookEvery) => {
    while (!signal.aborted) {
      const { promise } = wake;
      try {
        if (await work()) continue;
        await pause(promise, await untilNext());
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'could not tell of what has happened; trying again');
        await pause(promise, lookEvery);
      }
    }
  };
  const sender = () =>
    lane(
      () => sendNext(options, busy, cutOff.signal),
      async () => untilDue(await nextDelivery(db, [...busy]), now()),
    );
  const working = Promise.all([
    lane(() => announceRun(options)),
    lane(createSeldom(options)),
    ...Array.from({ length: atOnce }, sender),
  ]);
  return {
    async stop() {
      unsubscribe();
      stopping.abort();
      wakeUp();
      const timer = setTimeout(() => cutOff.abort(), lastPatience);
      await working;
      clearTimeout(timer);
    },
  };
}

/** Looks after what does not happen often. */
function createSeldom(options: NotifierOptions): () => Promise<boolean> {
  let [nodesAt, oldAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return async () => {
    const at = performance.now();
    if (at - oldAt >= oldEvery) {
      oldAt = at;
      await forgetOldNews(options.db, options.now());
    }
    if (at - nodesAt >= nodesEvery) {
      nodesAt = at;
      await announceSuspects(options);
    }
    return false;
  };
}

/** Milliseconds until something is due, at most until the next look. */
function untilDue(due: number | null, at: number): number {
  return due === null ? lookEvery : Math.min(Math.max((due - at) / 1000, 100), lookEvery);
}

async function pause(wake: Promise<void>, time: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  await Promise.race([wake, promise]);
  clearTimeout(timer);
}

/** Sends the delivery that has waited longest; false when none is due. */
async function sendNext(options: NotifierOptions, busy: Set<number>, signal: AbortSignal): Promise<boolean> {
  const { db, now, onAttempt } = options;
  const at = now();
  const claimed = await claimDelivery(db, { at, until: at + claimedFor, busy: [...busy] });
  if (claimed === null) return false;
  const { subscription_id } = claimed;
  busy.add(subscription_id);
  try {
    const attempt = await send(options, claimed, signal);
    const outcome = await recordAttempt(db, claimed, attempt, now());
    onAttempt(outcome);
  } catch (error) {
    if (!signal.aborted) throw error;
    await releaseDelivery(db, claimed, now());
  } finally {
    busy.delete(subscription_id);
  }
  db.live.changed({ deliveries: true });
  return true;
}

function send({ config, now }: NotifierOptions, delivery: ClaimedDelivery, signal: AbortSignal): Promise<Attempt> {
  if (delivery.format === 'mail') return sendMail(config, delivery, signal);
  return sendWebhook(delivery, milliseconds(now()), signal);
}
