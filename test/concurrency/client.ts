import { type Answer, openWire, type Wire } from './raw-http.ts';

/** One request of a well-behaved client; `body` is sent as JSON. */
export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
}

/** The answer to a request, with its JSON parsed. */
export interface Reply {
  status: number;
  json: unknown;
}

/** A client that sends one request after the other over one connection. */
export interface Client {
  /** Rejects when the connection breaks before the answer has arrived. */
  send(request: Request): Promise<Reply>;
  close(): void;
}

/** Makes a client of the server at `port`. */
export function createClient(port: number, milliseconds = 60_000): Client {
  let wire: Wire | null = null;
  return {
    async send(request) {
      if (!wire?.isOpen()) wire = await openWire(port);
      wire.write(printRequest(request));
      const answer = await wire.answer(milliseconds);
      if (answer === null) throw new Error('the connection broke before the answer');
      return readReply(answer);
    },
    close: () => wire?.destroy(),
  };
}

function printRequest({ method, path, body }: Request): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(text)}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: paddles.test\r\n${length}\r\n${text}`);
}

function readReply({ status, body }: Answer): Reply {
  return { status, json: body.length === 0 ? null : JSON.parse(body.toString()) };
}
