/** Request bodies: one JSON object each, whatever their Content-Type says. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Members, maxDepth, type Scan, scanObject } from '../core/json-text.ts';
import { createQueue } from '../core/turns.ts';
import { refuse, sendMessage } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler reads the body as it arrives. */
    streamed?: boolean;
    /** The body may contain a password, so error reports leave it out. */
    isSecret?: boolean;
  }
  interface FastifyRequest {
    /** The memory that its body takes up; null before the body is received. */
    heldBody: Held | null;
  }
}

/** A request body: one JSON object. */
export interface JsonBody {
  /** Its members, each value as the raw text that was sent. */
  texts: Members;
  /** Its length in bytes. */
  size: number;
}

/** A received and scanned body, as stored in `request.body`. */
interface ReceivedBody {
  scan: Scan;
  size: number;
  beginning: Uint8Array;
}

/** The most keys of a body, hundreds of times as many as a job has. */
const mostKeys = 10_000;

/** Bytes of a body that an error report contains. */
const beginningBytes = 1024;

/** A body of at most so many bytes is scanned in one go, which takes half a millisecond. A typical job has 8 KB. */
const readAtOnce = 64 << 10;

/** Longer lists and objects, in UTF-16 units, are not parsed: it takes milliseconds, and no key whose value is examined needs one. */
const longestParsed = 256 << 10;

/** Accepts bodies of any Content-Type: old clients send none, or a form type. */
export function acceptAnyContentType(app: FastifyInstance, bodyLimit: number): void {
  app.decorateRequest('heldBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async ({ headers, method }) => {
    // A malformed Content-Type, and a QUERY without one, would otherwise be refused before any handler sees the request.
    if (headers['content-type'] !== undefined || method === 'QUERY') headers['content-type'] = 'application/json';
  });
  app.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.config.streamed) return;
    if (request.body !== undefined) return receiveBody(request, reply, bodyLimit);
  });
  app.addHook('onSend', async ({ heldBody }) => letGo(heldBody));
}

/** Receives and scans the body of a request into `request.body`. If it cannot be received, sends the refusal and returns the reply. */
export async function receiveBody(
  request: FastifyRequest,
  reply: FastifyReply,
  limit: number,
): Promise<FastifyReply | undefined> {
  const bytes = await receiveBytes(request, reply, limit);
  if (typeof bytes !== 'string') {
    const scan = bytes.length <= readAtOnce ? readNow(bytes) : await readInTurn(bytes);
    request.body = {
      scan,
      size: bytes.length,
      beginning: Uint8Array.from(bytes.subarray(0, beginningBytes)),
    } satisfies ReceivedBody;
    return undefined;
  }
  if (bytes === 'too large') return sendMessage(reply, 413, 'the request body is too large');
  if (bytes === 'cut off') return sendMessage(reply, 400, 'the request was cut off');
  return sendMessage(reply.header('retry-after', '1'), 503, 'too many large bodies are being received');
}

/**
 * Returns the body as one JSON object and refuses anything else. With `acceptNaN`, the `NaN` and `Infinity` that Python prints are read as
 * null: they are not JSON, but no result must be lost because of them (teuthology contract §1.4, §7.15).
 */
export function readBody(request: FastifyRequest, { acceptNaN = false } = {}): JsonBody {
  const body = request.body as ReceivedBody | undefined;
  if (!body) return refuse(null, notJson);
  const { scan, size } = body;
  switch (scan.problem) {
    case null:
      return scan.hasNaN && !acceptNaN ? refuse(null, notJson) : { texts: scan.members, size };
    case 'syntax':
      return refuse(null, notJson);
    case 'kind':
      return refuse(null, 'the JSON body must be an object');
    case 'depth': {
      const key = scan.key.slice(0, 100);
      return refuse(key, `invalid value for key '${key}': nests deeper than ${maxDepth} levels`);
    }
    case 'count':
      return refuse(null, `the JSON body has more than ${mostKeys} keys`);
  }
}

/** The value of a key; undefined if the body does not have it. A list or an object of more than 256 KB is read as `{}`. */
export function bodyValue({ texts }: JsonBody, key: string): unknown {
  const text = texts.get(key);
  if (text === undefined) return undefined;
  return text.length > longestParsed && !text.startsWith('"') ? {} : JSON.parse(text);
}

/** The first bytes of a body, for an error report. */
export function beginningOf(request: FastifyRequest): Uint8Array {
  return (request.body as ReceivedBody | undefined)?.beginning ?? new Uint8Array();
}

const notJson = 'could not decode JSON body';

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function readNow(bytes: Uint8Array): Scan {
  const text = decode(bytes);
  if (text === null) return { problem: 'syntax' };
  const scan = scanObject(text, mostKeys);
  let step = scan.next();
  while (!step.done) step = scan.next();
  return step.value;
}

const oneByOne = createQueue();

/** Scans a long body for some milliseconds at a time, so that other requests are answered in between. Scans one body after the other. */
function readInTurn(bytes: Uint8Array): Promise<Scan> {
  return oneByOne(async () => {
    await nextTurn();
    const text = decode(bytes);
    await nextTurn();
    if (text === null) return { problem: 'syntax' };
    const scan = scanObject(text, mostKeys);
    for (let step = scan.next(); ; step = scan.next()) {
      await nextTurn();
      if (step.done) return step.value;
    }
  });
}

/** Limit of the bytes of all bodies in memory. A body takes one to four times its size while it is scanned and written. */
let mostBytes = 32 << 20;

/** Sets the limit of the bytes of all bodies. It applies to the whole process, because its two ports share the memory. */
export function setReceiveBudget(bytes: number): void {
  mostBytes = bytes;
}

/** A body in memory. */
interface Held {
  bytes: number;
  /** Stops receiving the body; null once all of it has arrived. */
  refuse: (() => void) | null;
  /** Whether its request has been answered, and whether its response has been closed. A client can hang up long before the answer. */
  isAnswered: boolean;
  isClosed: boolean;
}

const bodies = new Set<Held>();
let heldBytes = 0;

/** Why a body was not received: it exceeds the limit, there is no memory for it now, or its client hung up. */
type NotReceived = 'too large' | 'no memory' | 'cut off';

/**
 * Receives the body of a request, at most `limit` bytes. The body is accounted for until the response has closed and `letGo` has been
 * called.
 */
function receiveBytes(
  request: FastifyRequest,
  { raw: response }: FastifyReply,
  limit: number,
): Promise<Buffer | NotReceived> {
  const { raw } = request;
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
      raw.off('data', onData).off('end', onEnd).off('close', onClose);
      body.refuse = null;
      // The listener of the response would keep the chunks until the response closes.
      chunks.length = 0;
      if (typeof result === 'string') release(body);
      resolve(result);
    };
    if (Number(raw.headers['content-length']) > limit) return resolve('too large');
    // If the client has hung up already, no further 'close' is emitted.
    if (response.destroyed) return resolve('cut off');
    bodies.add(body);
    // Not in a WeakMap: after some 10,000 bodies, V8 kept each request and everything it referred to until the next full collection.
    request.heldBody = body;
    response.once('close', () => {
      body.isClosed = true;
      if (body.isAnswered) release(body);
    });
    raw
      .on('data', onData)
      .on('end', onEnd)
      .on('close', onClose)
      .on('error', () => {});
  });
}

/** Marks the request of a body as answered. The body is released once the response has closed too. */
function letGo(body: Held | null): void {
  if (body === null) return;
  body.isAnswered = true;
  if (body.isClosed) release(body);
}

/** Accounts for more bytes of a body. Beyond the limit, refuses the largest body that is still arriving, so that small ones get through. */
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
