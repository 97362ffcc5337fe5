/** Sends messages: webhooks as Standard Webhooks says (https://www.standardwebhooks.com), and mail. */
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

/** What a webhook takes of a delivery. */
type Webhook = Pick<ClaimedDelivery, 'target' | 'secret' | 'message_id' | 'body'>;

/**
 * Sends a message once; `at` in milliseconds. Follows no redirect and reads nothing of an answer but its status and `Retry-After`, so that the server cannot be
 * used to read what others may not. Rejects only when `signal` says so.
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

/** The address may be a password: of what went wrong only the kind is kept. */
function sentenceOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: unknown; message?: unknown } };
  if (name === 'TimeoutError') return `no answer within ${attemptTimeout / 1000} seconds`;
  // Ports like 25, which `fetch` never uses.
  const isBadPort = cause?.message === 'bad port';
  const code = typeof cause?.code === 'string' ? cause.code : isBadPort ? 'bad port' : name;
  return `cannot be reached: ${code}`;
}

/** `fetch` takes no name and password in an address. */
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
    // A kept connection that its receiver closes meanwhile would count as a failed attempt.
    connection: 'close',
    'user-agent': `paddles/${version}`,
    'webhook-id': message_id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** Whom mail is given to, and who sends it; either is empty where no mail is sent. */
export interface MailSettings {
  smtp_url: string;
  mail_from: string;
}

/**
 * Sends a mail once to those who do not have it (`refused` names them, null all), with the same `Message-ID` however often that is. It has arrived when the server takes it for
 * all of them. Rejects only when `signal` says so.
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
  // Nothing is switched off: others have it.
  if (left.length === 0) return { ...failed('the addresses that refused it are no longer there'), gone: true };
  const timeout = AbortSignal.timeout(attemptTimeout);
  try {
    // A server that sends no mail does without it: loading it takes 100 ms.
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

/** Those of some addresses that refused a mail: whoever was taken out of the subscription in the meantime gets nothing more. */
function stillWanted(addresses: string[], refused: string): string[] {
  // The library writes domains in small letters.
  const names = new Set(mailAddresses(refused.toLowerCase()));
  return addresses.filter((address) => names.has(address.toLowerCase()));
}

function failed(error: string, answer_code: number | null = null): FailedAttempt {
  return { outcome: 'failed', answer_code, error };
}
