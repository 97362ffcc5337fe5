import { type AddressInfo, createServer } from 'node:net';

/** A mail server that keeps nothing. */
export interface MailServer {
  url: string;
  /** What it answers to a line, or to each line that begins with a word; by default it takes everything. */
  answers: Record<string, string>;
  /** The lines that it was sent. */
  commands: string[];
  stop(): Promise<unknown>;
}

/** Starts one on a free port. */
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
