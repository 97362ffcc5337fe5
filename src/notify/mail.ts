/** Sends mail. */
import { type Attempt, attemptTimeout, mailAddresses } from '../core/notifications/subscription.ts';

/** A mail with where it goes. */
interface Mail {
  target: string;
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
 * Sends a mail once, with the same `Message-ID` however often that is. It has arrived when the server takes it for one of its addresses. Rejects
 * only when `signal` says so.
 */
export async function sendMail(
  { smtp_url, mail_from }: MailSettings,
  { target, message_id, title, body }: Mail,
  signal: AbortSignal,
): Promise<Attempt> {
  if (smtp_url === '' || mail_from === '')
    return failed('this server sends no mail: set PADDLES_SMTP_URL and PADDLES_MAIL_FROM');
  const timeout = AbortSignal.timeout(attemptTimeout);
  try {
    // A server that sends no mail does without it: loading it takes 100 ms.
    const { createTransport } = await import('nodemailer');
    await createTransport(smtp_url, { disableFileAccess: true, disableUrlAccess: true }).sendMail({
      from: mail_from,
      to: mailAddresses(target),
      subject: title,
      text: body,
      messageId: `<${message_id}@${mail_from.replace(/^.*@/s, '').replace(/>\s*$/, '')}>`,
      headers: { 'auto-submitted': 'auto-generated' },
      signal: AbortSignal.any([signal, timeout]),
    });
    return { outcome: 'delivered', answer_code: null };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return failed(`no answer within ${attemptTimeout / 1000} seconds`);
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    return failed(
      responseCode === undefined ? `cannot be sent: ${code ?? 'unknown'}` : `the mail server answered ${responseCode}`,
    );
  }
}

function failed(error: string): Attempt {
  return { outcome: 'failed', answer_code: null, error };
}
