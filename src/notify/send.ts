/** Sends webhooks according to Standard Webhooks (https://www.standardwebhooks.com), and mail. */
import { createHmac } from 'node:crypto';
import {
  type Attempt,
  attemptTimeout,
  type FailedAttempt,
  mailAddresses,
  retryAfter,
} from '../core/notifications/subscription.ts';
import { version } from '../program.ts';
import type { ClaimedDelivery } from '../store/write/deliveries.ts';

/** The part of a delivery that a webhook needs. */
type Webhook = Pick<ClaimedDelivery, 'target' | 'secret' | 'message_id' | 'body'>;

/**
 * Sends a message once; `at` in milliseconds. Follows no redirects and reads only the status and `Retry-After` of the response, so that the
 * server cannot be abused to read what its users may not. Rejects only if `signal` is aborted.
 */
export async function sendWebhook(webhook: Webhook, at: number, signal: AbortSignal): Promise<Attempt> {
  const { url, authorization } = addressOf(webhook.target);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headersOf(webhook, at), ...(authorization && { authorization }) },
      body: webhook.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeout)]),
    });
    await answer.body?.cancel().catch(() => {});
    return attemptOf(answer, at);
  } catch (error) {
    signal.throwIfAborted();
    return failed(sentenceOf(error));
  }
}

function attemptOf({ status, headers }: Response, at: number): Attempt {
  if (status >= 200 && status < 300) return { outcome: 'delivered', answer_code: status };
  if (status === 410) return { ...failed('answered 410: gone', status), gone: true };
  const isRedirect = status >= 300 && status < 400;
  const error = `answered ${status}${isRedirect ? ', and redirects are not followed' : ''}`;
  return { ...failed(error, status), not_before: retryAfter(headers.get('retry-after'), at * 1000) };
}

/** Returns the kind of an error only, because the URL may contain a password. */
function sentenceOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: unknown; message?: unknown } };
  if (name === 'TimeoutError') return `no answer within ${attemptTimeout / 1000} seconds`;
  // `fetch` refuses some ports, for example 25.
  const isBadPort = cause?.message === 'bad port';
  const code = typeof cause?.code === 'string' ? cause.code : isBadPort ? 'bad port' : name;
  return `cannot be reached: ${code}`;
}

/** Splits the credentials off a URL, because `fetch` does not accept them there. */
function addressOf(target: string): { url: URL; authorization: string | null } {
  const url = new URL(target);
  const { username, password } = url;
  if (username === '' && password === '') return { url, authorization: null };
  url.username = url.password = '';
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return { url, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function headersOf({ secret, message_id, body }: Webhook, at: number): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${message_id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    // If the receiver closed a kept-alive connection, that would count as a failed attempt.
    connection: 'close',
    'user-agent': `paddles/${version}`,
    'webhook-id': message_id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** The mail server and the sender of mail. If either is empty, no mail is sent. */
export interface MailSettings {
  smtp_url: string;
  mail_from: string;
}

/**
 * Sends a mail once to the addresses that have not accepted it yet: those in `refused`, or all if that is null. Every attempt has the same
 * `Message-ID`. The mail is delivered if the server accepts it for all of these addresses. Rejects only if `signal` is aborted.
 */
export async function sendMail(
  { smtp_url, mail_from }: MailSettings,
  {
    target,
    refused,
    message_id,
    title,
    body,
  }: Pick<ClaimedDelivery, 'target' | 'refused' | 'message_id' | 'title' | 'body'>,
  signal: AbortSignal,
): Promise<Attempt> {
  if (smtp_url === '' || mail_from === '')
    return failed('this server sends no mail: set PADDLES_SMTP_URL and PADDLES_MAIL_FROM');
  const all = mailAddresses(target);
  const left = refused === null ? all : stillWanted(all, refused);
  // The subscription is not switched off, because other addresses have the mail.
  if (left.length === 0)
    return { ...failed('the addresses that refused the mail are no longer in the subscription'), gone: true };
  const timeout = AbortSignal.timeout(attemptTimeout);
  try {
    // Loaded only when needed, because loading takes 100 ms.
    const { createTransport } = await import('nodemailer');
    const { rejected = [] } = await createTransport(smtp_url, {
      disableFileAccess: true,
      disableUrlAccess: true,
    }).sendMail({
      from: mail_from,
      to: all,
      envelope: { from: mail_from, to: left },
      subject: title,
      text: body,
      messageId: `<${message_id}@${mail_from.replace(/^.*@/s, '').replace(/>\s*$/, '')}>`,
      headers: { 'auto-submitted': 'auto-generated' },
      signal: AbortSignal.any([signal, timeout]),
    });
    if (rejected.length === 0) return { outcome: 'delivered', answer_code: null };
    return { ...failed(`the mail server refused ${rejected.join(', ')}`), refused: rejected };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return failed(`no answer within ${attemptTimeout / 1000} seconds`);
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    return failed(
      responseCode === undefined ? `cannot be sent: ${code ?? 'unknown'}` : `the mail server answered ${responseCode}`,
    );
  }
}

/** Returns the addresses that refused a mail. Addresses that were removed from the subscription meanwhile get nothing more. */
function stillWanted(addresses: string[], refused: string): string[] {
  // The library converts domains to lower case.
  const names = new Set(mailAddresses(refused.toLowerCase()));
  return addresses.filter((address) => names.has(address.toLowerCase()));
}

function failed(error: string, answer_code: number | null = null): FailedAttempt {
  return { outcome: 'failed', answer_code, error };
}
