/** Sends mail. */
import { type Attempt, attemptTimeout, type FailedAttempt, mailAddresses } from '../core/notifications/subscription.ts';

/** A mail with where it goes. */
interface Mail {
  target: string;
  /** The addresses that are left, with commas between: others have it; null: all of them. */
  refused: string | null;
  message_id: string;
  title: string;
  body: string;
}

/** Whom mail is given to, and who sends it; either is empty where no mail is sent. */
export interface MailSettings {
  smtp_url: string;
  mail_from: string;
}

/**
 * Sends a mail once to those who do not have it, with the same `Message-ID` however often that is. It has arrived when the server takes it for
 * all of them. Rejects only when `signal` says so.
 */
export async function sendMail(
  { smtp_url, mail_from }: MailSettings,
  { target, refused, message_id, title, body }: Mail,
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

function failed(error: string): FailedAttempt {
  return { outcome: 'failed', answer_code: null, error };
}
