/** Sends webhooks as Standard Webhooks says (https://www.standardwebhooks.com). */
import { createHmac } from 'node:crypto';
import { type Attempt, attemptTimeout, retryAfter } from '../core/notifications/subscription.ts';
import { version } from '../program.ts';

/** A message with where it goes. */
export interface Webhook {
  target: string;
  secret: string;
  message_id: string;
  body: string;
}

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
    return { outcome: 'failed', answer_code: null, error: sentenceOf(error) };
  }
}

function attemptOf({ status, headers }: Response, at: number): Attempt {
  if (status >= 200 && status < 300) return { outcome: 'delivered', answer_code: status };
  const failed = { outcome: 'failed', answer_code: status } as const;
  if (status === 410) return { ...failed, error: 'answered 410: gone', gone: true };
  const isRedirect = status >= 300 && status < 400;
  const error = `answered ${status}${isRedirect ? ', and redirects are not followed' : ''}`;
  return { ...failed, error, not_before: retryAfter(headers.get('retry-after'), at * 1000) };
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
