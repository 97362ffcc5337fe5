/** Subscriptions: who is notified of which events, and when failed deliveries are retried. */
import { parseQuery, type Term } from '../query.ts';
import { globMatcher } from '../query-value.ts';

/** The events that can be subscribed to. */
export const newsEvents = ['run_finished', 'new_cause', 'node_suspect'] as const;
/** One of `newsEvents`. */
export type NewsEvent = (typeof newsEvents)[number];

/** The formats of messages: JSON of Standard Webhooks, the format of Slack and compatible services, or mail. */
export const newsFormats = ['standard', 'slack', 'mail'] as const;
/** One of `newsFormats`. */
export type NewsFormat = (typeof newsFormats)[number];

/** The status of a delivery. A `waiting` delivery has not succeeded yet and will be sent or retried. */
export const deliveryStatuses = ['waiting', 'delivered', 'failed'] as const;

/** The result of an attempt to deliver; `answer_code` is the status of the HTTP response. */
export type Attempt = { outcome: 'delivered'; answer_code: number | null } | FailedAttempt;

/** A failed attempt, which will be retried. */
export interface FailedAttempt {
  outcome: 'failed';
  answer_code: number | null;
  error: string;
  /** The receiver wants no more messages. */
  gone?: boolean;
  /** The earliest time at which the receiver accepts a retry, in microseconds since the Unix epoch. */
  not_before?: number | null;
  /** The addresses of a mail that were refused while others were accepted. */
  refused?: string[];
}

/** The timeout of one attempt, in milliseconds. */
export const attemptTimeout = 15_000;

/** The most subscriptions: each is evaluated for every run that ends. */
export const mostSubscriptions = 100;

const second = 1_000_000;
const day = 86_400 * second;

/** The delay before each retry, in microseconds. After the last one, the delivery has failed for good. */
const repeatAfter = [5, 60, 300, 1800, 7200, 21_600, 86_400].map((seconds) => seconds * second);

const longestPause = day;

/** A subscription is disabled when its deliveries have failed for this long, in microseconds. */
const longestFailure = 5 * day;

/** How long deliveries are stored, and how long a subscription remembers the causes it has reported, in microseconds. */
export const keptFor = { deliveries: 30 * day, causes: 60 * day };

/** How long a node must not be suspect before it can be reported again, in microseconds. */
export const suspicionRests = 3 * day;

/**
 * When to retry after a failed attempt, in microseconds; null if there are no more retries. `attempts` includes the failed one. The retry is not
 * earlier than the receiver asks, but never later than after the longest pause.
 */
export function nextAttempt(attempts: number, at: number, notBefore: number | null = null): number | null {
  const after = repeatAfter[attempts - 1];
  return after === undefined ? null : at + Math.min(Math.max(after, (notBefore ?? at) - at), longestPause);
}

/** Parses `Retry-After` (RFC 9110, section 10.2.3: seconds or a date); null if it is missing or invalid. Times are in microseconds. */
export function retryAfter(header: string | null, at: number): number | null {
  if (header === null) return null;
  const time = /^\d{1,9}$/.test(header) ? at + Number(header) * second : Date.parse(header) * 1000;
  return Number.isSafeInteger(time) ? time : null;
}

/** Whether a subscription that has been failing since `failingSince` is disabled. Times are in microseconds. */
export function failsTooLong(failingSince: number, at: number): boolean {
  return at - failingSince >= longestFailure;
}

/** Whether a filter on runs matches the nodes of a machine type. Only its `machine:` terms are considered. */
export function concernsMachines(filter: string, machineType: string): boolean {
  const terms = parseQuery(filter, 'runs').query.terms.filter(({ key }) => key === 'machine');
  return terms.every(({ negated, values }) => values.some((value) => isOfType(value, machineType)) !== negated);
}

function isOfType(value: Term['values'][number], machineType: string): boolean {
  if (value.type === 'none') return machineType === '';
  if (value.type === 'glob') return globMatcher(value.text)(machineType);
  return value.type === 'literal' && value.text === machineType;
}

const longestUrl = 2000;
const mostAddresses = 20;
/** Excludes spaces, commas and brackets, which could start another address or another header. */
const mailAddress = /^[^\s\p{Cc}\p{Cs}@<>()[\]\\,;:"]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/u;

/** Why a target is invalid, to be read after "it"; null if it is valid. */
export function targetProblem(format: NewsFormat, target: string): string | null {
  if (format === 'mail') {
    const addresses = mailAddresses(target);
    const isUsable = addresses.length > 0 && addresses.length <= mostAddresses;
    return isUsable && addresses.every((one) => mailAddress.test(one))
      ? null
      : `must be a comma-separated list of at most ${mostAddresses} mail addresses`;
  }
  const isUsable = /^https?:\/\//i.test(target) && URL.canParse(target) && !/[\s\p{Cc}\p{Cs}]/u.test(target);
  return isUsable && target.length <= longestUrl ? null : 'must be an http or https URL';
}

/** The addresses of a mail subscription. */
export function mailAddresses(target: string): string[] {
  return target.split(',').flatMap((address) => address.trim() || []);
}

/** The target of a subscription as users may see it. The path of a webhook is hidden because it is a secret. */
export function shownTarget(format: NewsFormat, target: string): string {
  if (format === 'mail') return mailAddresses(target).join(', ');
  const { origin, pathname, search } = new URL(target);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}
