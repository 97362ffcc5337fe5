/** An HTTP client on a plain socket, which can send any bytes and is several times as fast as a client library. */
import { connect, type Socket } from 'node:net';

/** An answer of the server; header names are in lower case. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A connection. */
export interface Wire {
  /** The local port. */
  port: number;
  write(bytes: Uint8Array): void;
  /**
   * Resolves to the next answer, or to null when the server closes the connection. Rejects when neither happens within
   * `milliseconds`. `head` is true for the answer to a HEAD, which has no body.
   */
  answer(milliseconds: number, head?: boolean): Promise<Answer | null>;
  /** Half-closes the connection: nothing more will be sent. */
  end(): void;
  /** False when the server has closed the connection. */
  isOpen(): boolean;
  destroy(): void;
}

/** Connects to a server on this machine. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let open = true;
  let wake = () => {};
  socket.on('data', (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    wake();
  });
  // A server that refuses a request may close the connection while the client still writes, which resets it.
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      open = false;
      wake();
    });
  }
  await connected(socket);
  return {
    port: socket.localPort ?? 0,
    write: (bytes) => void socket.write(bytes),
    answer: (milliseconds, head = false) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          wake = () => {};
          reject(new Error(`no answer within ${milliseconds} ms; received: ${received.toString('latin1', 0, 300)}`));
        }, milliseconds);
        wake = () => {
          const taken = takeAnswer(received, head, !open);
          if (taken === null && open) return;
          clearTimeout(timer);
          wake = () => {};
          received = taken?.rest ?? Buffer.alloc(0);
          resolve(taken?.answer ?? null);
        };
        wake();
      }),
    end: () => void socket.end(),
    isOpen: () => open,
    destroy: () => void socket.destroy(),
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
}

/** Takes the first complete answer from the bytes; skips `100 Continue` and the like. */
function takeAnswer(bytes: Buffer, head: boolean, ended: boolean): { answer: Answer; rest: Buffer } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`the server sent no HTTP: ${statusLine}`);
  if (status < 200) return takeAnswer(bytes.subarray(headEnd + 4), head, ended);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(headEnd + 4);
  const taken = takeBody(rest, headers, head || status === 204 || status === 304, ended);
  return taken && { answer: { status, headers, body: taken.body }, rest: taken.rest };
}

function takeBody(bytes: Buffer, headers: Record<string, string>, none: boolean, ended: boolean) {
  if (none) return { body: Buffer.alloc(0), rest: bytes };
  if (headers['transfer-encoding'] === 'chunked') return takeChunks(bytes);
  const length = headers['content-length'];
  if (length === undefined) return ended ? { body: bytes, rest: Buffer.alloc(0) } : null;
  if (bytes.length < Number(length)) return null;
  return { body: bytes.subarray(0, Number(length)), rest: bytes.subarray(Number(length)) };
}

function takeChunks(bytes: Buffer): { body: Buffer; rest: Buffer } | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { body: Buffer.concat(chunks), rest: bytes.subarray(end) };
    chunks.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}
