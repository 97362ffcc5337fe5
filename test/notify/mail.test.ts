/** Mail of notifications, as a mail server gets it. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendMail } from '../../src/notify/mail.ts';

/** What the mail server answers to each command; by default it takes everything. */
let answers: Record<string, string> = {};
let commands: string[] = [];
const server = createServer((socket) => {
  let isData = false;
  socket.setEncoding('utf8').write('220 mail.example ESMTP\r\n');
  let rest = '';
  socket.on('data', (part) => {
    const lines = (rest + part).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      commands.push(line);
      if (isData && line !== '.') continue;
      const word = isData ? '.' : (line.split(' ')[0] ?? '').toUpperCase();
      isData = word === 'DATA' && answers.DATA === undefined;
      socket.write(`${answers[word] ?? (isData ? '354 go on' : word === 'EHLO' ? '250 mail.example' : '250 ok')}\r\n`);
    }
  });
  socket.on('error', () => {});
});
let smtp_url = '';
const mail = {
  target: 'ana@example.com, bob@example.com',
  message_id: 'msg_1',
  title: 'rados: 1 failed ✓',
  body: 'One.\n.\nBcc: x@y',
};

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  smtp_url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const send = (more = {}) => {
  commands = [];
  const settings = { smtp_url, mail_from: 'paddles@lab.example' };
  return sendMail(settings, { ...mail, ...more }, new AbortController().signal);
};

test('mail goes to every address, as plain text with an id of its own, and nothing in it becomes a header', async () => {
  expect(await send()).toEqual({ outcome: 'delivered', answer_code: null });
  expect(commands).toEqual(
    expect.arrayContaining([
      ...['MAIL FROM:<paddles@lab.example>', 'RCPT TO:<ana@example.com>', 'RCPT TO:<bob@example.com>'],
      ...['From: paddles@lab.example', 'To: ana@example.com, bob@example.com', 'Message-ID: <msg_1@lab.example>'],
      ...['Auto-Submitted: auto-generated', 'Content-Type: text/plain; charset=utf-8'],
    ]),
  );
  const text = commands.slice(commands.indexOf('DATA'));
  expect(text.indexOf('Bcc: x@y')).toBeGreaterThan(text.indexOf(''));
  expect(text.find((line) => line.startsWith('Subject: '))).toMatch(/=\?UTF-8\?Q\?rados/);
});

test('mail that a server refuses, or that no server takes, has failed with a sentence', async () => {
  answers = { RCPT: '550 no such user' };
  expect(await send()).toMatchObject({ outcome: 'failed', error: 'the mail server answered 550' });
  answers = {};
  smtp_url = 'smtp://127.0.0.1:9';
  expect(await send()).toMatchObject({ outcome: 'failed', error: expect.stringContaining('cannot be sent') });
  smtp_url = '';
  expect(await send()).toMatchObject({ outcome: 'failed', error: expect.stringContaining('PADDLES_SMTP_URL') });
});
