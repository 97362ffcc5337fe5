import { type AddressInfo, createServer } from 'node:net';

/** A mail server that discards all mail. */
export interface MailServer {
  url: string;
  /** The answers to a line, or to lines that begin with a word. By default it accepts everything. */
  answers: Record<string, string>;
  /** The lines that it received. */
  commands: string[];
  stop(): Promise<unknown>;
}

/** Starts a mail server on a free port. */
export async function startMailServer(): Promise<MailServer> {
  const server = createServer((socket) => {
    let isData = false;
    socket.setEncoding('utf8').write('220 mail.example ESMTP\r\n');
    let rest = '';
    socket.on('data', (part) => {
      const lines = (rest + part).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { answers, commands } = mail;
        commands.push(line);
        if (isData && line !== '.') continue;
        const word = isData ? '.' : (line.split(' ')[0] ?? '').toUpperCase();
        isData = word === 'DATA' && answers.DATA === undefined;
        const usual = isData ? '354 go on' : word === 'EHLO' ? '250 mail.example' : '250 ok';
        socket.write(`${answers[line] ?? answers[word] ?? usual}\r\n`);
      }
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mail: MailServer = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers: {},
    commands: [],
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
  return mail;
}
