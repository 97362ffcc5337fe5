/** Who is told of what: subscriptions, and how their deliveries are repeated. */
import { parseQuery, type Term } from '../query.ts';
import { globMatcher } from '../query-value.ts';

/** What people can be told of. */
export const newsEvents = ['run_finished', 'new_cause', 'node_suspect'] as const;
/** One of them. */
export type NewsEvent = (typeof newsEvents)[number];

/** In which words: the JSON of Standard Webhooks, what Slack and those that imitate it read, or mail. */
export const newsFormats = ['standard', 'slack', 'mail'] as const;
/** One of them. */
export type NewsFormat = (typeof newsFormats)[number];

/** What became of a delivery. `waiting` is one that is still to be sent, perhaps again. */
export const deliveryStatuses = ['waiting', 'delivered', 'failed'] as const;

/** How an attempt to send a delivery ended; `answer_code` is the status of an HTTP answer. */
export type Attempt = { outcome: 'delivered'; answer_code: number | null } | FailedAttempt;

/** One that is repeated. */
export interface FailedAttempt {
  outcome: 'failed';
  answer_code: number | null;
  error: string;
  /** Nothing is to be sent there any more. */
  gone?: boolean;
  /** When the receiver asks to be tried again, in microseconds since the Unix epoch. */
  not_before?: number | null;
  /** The addresses of a mail that were refused, while others were not. */
  refused?: string[];
}

/** Milliseconds for one attempt. */
export const attemptTimeout = 15_000;

/** So many there can be: each is asked about every run that ends. */
export const mostSubscriptions = 100;

const second = 1_000_000;
const day = 86_400 * second;

/** When a delivery that failed is repeated, after each attempt, in microseconds; then it has failed for good. */
const repeatAfter = [5, 60, 300, 1800, 7200, 21_600, 86_400].map((seconds) => seconds * second);

const longestPause = day;

/** How long nothing may arrive until a subscription is switched off, in microseconds. */
const longestFailure = 5 * day;

/** How long deliveries are kept, and how long a subscription remembers the causes that it told of, in microseconds. */
export const keptFor = { deliveries: 30 * day, causes: 60 * day };

/** How long a node has to be free of suspicion before it can be news again, in microseconds. */
export const suspicionRests = 3 * day;

/**
 * When an attempt that failed is repeated, in microseconds; null: no more. `attempts` counts it. Not before the receiver wants it, unless that
 * is later than the longest pause there is.
 */
export function nextAttempt(attempts: number, at: number, notBefore: number | null = null): number | null {
  const after = repeatAfter[attempts - 1];
  return after === undefined ? null : at + Math.min(Math.max(after, (notBefore ?? at) - at), longestPause);
}

/** The time in a `Retry-After` (RFC 9110, 10.2.3: seconds, or a date), null without one. Times in microseconds. */
export function retryAfter(header: string | null, at: number): number | null {
  if (header === null) return null;
  const time = /^\d{1,9}$/.test(header) ? at + Number(header) * second : Date.parse(header) * 1000;
  return Number.isSafeInteger(time) ? time : null;
}

/** Whether a subscription that has been failing since a time is to be switched off; times in microseconds. */
export function failsTooLong(failingSince: number, at: number): boolean {
  return at - failingSince >= longestFailure;
}

/** Whether a filter over runs concerns nodes of a machine type: only its terms with `machine:` do. */
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
/** Without the spaces, commas and brackets that could begin another address or another header. */
const mailAddress = /^[^\s\p{Cc}\p{Cs}@<>()[\]\\,;:"]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/u;

/** What is wrong with where a subscription sends to, in words behind "it", or null. */
export function targetProblem(format: NewsFormat, target: string): string | null {
  if (format === 'mail') {
    const addresses = mailAddresses(target);
    const isUsable = addresses.length > 0 && addresses.length <= mostAddresses;
    return isUsable && addresses.every((one) => mailAddress.test(one))
      ? null
      : `must be mail addresses with commas between, at most ${mostAddresses}`;
  }
  const isUsable = /^https?:\/\//i.test(target) && URL.canParse(target) && !/[\s\p{Cc}\p{Cs}]/u.test(target);
  return isUsable && target.length <= longestUrl ? null : 'must be an address of http or https';
}

/** The addresses of a mail subscription. */
export function mailAddresses(target: string): string[] {
  return target.split(',').flatMap((address) => address.trim() || []);
}

/** Where a subscription sends to, as people may read it: paths of webhooks are passwords. */
export function shownTarget(format: NewsFormat, target: string): string {
  if (format === 'mail') return mailAddresses(target).join(', ');
  const { origin, pathname, search } = new URL(target);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}
