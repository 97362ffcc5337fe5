/** Notifications by mail, as a mail server receives them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendMail } from '../../src/notify/send.ts';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';

let server: MailServer;
const mail = {
  target: 'ana@example.com, bob@example.com',
  refused: null,
  message_id: 'msg_1',
  title: 'rados: 1 failed ✓',
  body: 'One.\n.\nBcc: x@y',
};

beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.stop());

const send = (smtp_url = server.url) => {
  server.commands.length = 0;
  return sendMail({ smtp_url, mail_from: 'paddles@lab.example' }, mail, new AbortController().signal);
};

test('mail goes to every address as plain text with its own message id, and nothing in it becomes a header', async () => {
  expect(await send()).toEqual({ outcome: 'delivered', answer_code: null });
  expect(server.commands).toEqual(
    expect.arrayContaining([
      ...['MAIL FROM:<paddles@lab.example>', 'RCPT TO:<ana@example.com>', 'RCPT TO:<bob@example.com>'],
      ...['From: paddles@lab.example', 'To: ana@example.com, bob@example.com', 'Message-ID: <msg_1@lab.example>'],
      ...['Auto-Submitted: auto-generated', 'Content-Type: text/plain; charset=utf-8'],
    ]),
  );
  const text = server.commands.slice(server.commands.indexOf('DATA'));
  expect(text.indexOf('Bcc: x@y')).toBeGreaterThan(text.indexOf(''));
  expect(text.find((line) => line.startsWith('Subject: '))).toMatch(/=\?UTF-8\?Q\?rados/);
});

test('mail that is refused or that cannot be sent fails with a sentence', async () => {
  server.answers = { RCPT: '550 no such user' };
  expect(await send()).toMatchObject({ outcome: 'failed', error: 'the mail server answered 550' });
  server.answers = {};
  expect(await send('smtp://127.0.0.1:9')).toMatchObject({
    outcome: 'failed',
    error: expect.stringContaining('cannot be sent'),
  });
  expect(await send('')).toMatchObject({ outcome: 'failed', error: expect.stringContaining('PADDLES_SMTP_URL') });
});
