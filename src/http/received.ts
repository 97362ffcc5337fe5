/** Receives request bodies within a bound on what all of them take up together. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of all bodies from their first byte until they are let go. A body takes one to four times as much while it is read and written. */
let mostBytes = 32 << 20;

/** Sets the bound, which is that of the process, as its memory is: two ports share it. */
export function setReceiveBudget(bytes: number): void {
  mostBytes = bytes;
}

/** A body in memory. */
interface Held {
  bytes: number;
  /** Gives it up; null once all of it has arrived. */
  refuse: (() => void) | null;
  /** Whether its request has been answered, and whether its response has been closed. A client may leave long before the answer. */
  isAnswered: boolean;
  isClosed: boolean;
}

const bodies = new Set<Held>();
const bodyOf = new WeakMap<IncomingMessage, Held>();
let heldBytes = 0;

/** Why a body was not received: it is larger than the limit, there is no memory for it now, or its client hung up. */
type NotReceived = 'too large' | 'no memory' | 'cut off';

/**
 * Receives the body of a request, at most `limit` bytes. What it takes up is accounted for until the response has closed and `letGo` has
 * been called.
 */
export function receiveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<Buffer | NotReceived> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const body: Held = { bytes: 0, refuse: () => finish('no memory'), isAnswered: false, isClosed: false };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      if (body.bytes + chunk.length > limit) finish('too large');
      else hold(body, chunk.length);
    };
    const onEnd = () => finish(Buffer.concat(chunks));
    const onClose = () => finish('cut off');
    const finish = (result: Buffer | NotReceived) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      body.refuse = null;
      // The listener of the response would keep them until it closes.
      chunks.length = 0;
      if (typeof result === 'string') release(body);
      resolve(result);
    };
    if (Number(request.headers['content-length']) > limit) return resolve('too large');
    // Whoever has left before does not leave again.
    if (response.destroyed) return resolve('cut off');
    bodies.add(body);
    bodyOf.set(request, body);
    response.once('close', () => {
      body.isClosed = true;
      if (body.isAnswered) release(body);
    });
    request
      .on('data', onData)
      .on('end', onEnd)
      .on('close', onClose)
      .on('error', () => {});
  });
}

/** Says that a request has been answered: only sending the answer may still need its body. */
export function letGo(request: IncomingMessage): void {
  const body = bodyOf.get(request);
  if (body === undefined) return;
  body.isAnswered = true;
  if (body.isClosed) release(body);
}

/** Accounts for more bytes of a body. Beyond the bound the largest body that is still arriving is refused: small ones get through while large ones stall. */
function hold(body: Held, bytes: number): void {
  body.bytes += bytes;
  heldBytes += bytes;
  while (heldBytes > mostBytes) {
    let largest: Held | null = null;
    for (const each of bodies) if (each.refuse && each.bytes > (largest?.bytes ?? 0)) largest = each;
    if (largest === null) return;
    largest.refuse?.();
  }
}

function release(body: Held): void {
  if (bodies.delete(body)) heldBytes -= body.bytes;
}
