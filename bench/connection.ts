import { connect, type Socket } from 'node:net';

/** What came back for one request. */
export interface Answer {
  status: number;
  bytes: number;
  /** Only where the connection was asked to keep it. */
  text: string;
}

/** One keep-alive connection; one request at a time. */
export interface Connection {
  send(request: Buffer, done: (answer: Answer) => void): void;
  close(): void;
}

const endOfHead = Buffer.from('\r\n\r\n');
const endOfLine = Buffer.from('\r\n');

/**
 * An HTTP/1.1 client that costs next to nothing, because it shares the processor with the server that it measures: it
 * reads the status and the length of an answer and counts its bytes, nothing else, unless `keepText` asks for it.
 */
export async function openConnection(
  port: number,
  onLost: (error: Error) => void,
  keepText = false,
): Promise<Connection> {
  let done: (answer: Answer) => void = () => {};
  const reader = createReader((answer) => done(answer), keepText);
  const socket = await new Promise<Socket>((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        // One buffer for ever: 40 MB lists would otherwise be mostly garbage collection.
        buffer: Buffer.allocUnsafe(256 << 10),
        callback: (length, buffer) => {
          reader(buffer as Buffer, length);
          return true;
        },
      },
    });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
  socket.on('error', onLost);
  socket.on('close', () => onLost(new Error('the server closed a connection')));
  return {
    send(request, callback) {
      done = callback;
      socket.write(request);
    },
    close() {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

/** Follows one answer after the other through pieces of any size. */
function createReader(done: (answer: Answer) => void, keepText: boolean): (buffer: Buffer, length: number) => void {
  let kept: Buffer = Buffer.alloc(0);
  let [status, bytes, text] = [0, 0, ''];
  /** Bytes of the body, or of the chunk with its line end, still to come; -1 = a head or a chunk's size comes next. */
  let left = -1;
  let [chunked, last] = [false, false];

  function finish(): void {
    const answer = { status, bytes, text };
    text = '';
    [bytes, left, chunked, last] = [0, -1, false, false];
    done(answer);
  }

  /** Reads a head or the size of a chunk; answers where it ends, or -1 when it is not complete. */
  function readLines(buffer: Buffer, from: number): number {
    const end = buffer.indexOf(chunked ? endOfLine : endOfHead, from);
    if (end === -1) return -1;
    const line = buffer.toString('latin1', from, end);
    if (!chunked) {
      status = Number(line.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(line)?.[1];
      chunked = length === undefined;
      left = Number(length ?? -1);
      bytes = Number(length ?? 0);
      if (left === 0) finish();
      return end + 4;
    }
    const size = Number.parseInt(line, 16);
    bytes += size;
    left = size + 2;
    last = size === 0;
    return end + 2;
  }

  return (source, length) => {
    let buffer = source.subarray(0, length);
    if (kept.length > 0) buffer = Buffer.concat([kept, buffer]);
    kept = Buffer.alloc(0);
    for (let at = 0; at < buffer.length; ) {
      if (left === -1) {
        const next = readLines(buffer, at);
        if (next === -1) {
          kept = Buffer.from(buffer.subarray(at));
          return;
        }
        at = next;
        continue;
      }
      const taken = Math.min(left, buffer.length - at);
      // What is kept is ASCII, and never sent in chunks.
      if (keepText) text += buffer.toString('latin1', at, at + taken);
      at += taken;
      left -= taken;
      if (left > 0) continue;
      if (!chunked || last) finish();
      else left = -1;
    }
  };
}
