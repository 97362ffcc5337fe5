/** A bound on what all answers that are being read, printed and sent take up together. */
import type { ServerResponse } from 'node:http';
import type { FastifyCompressOptions } from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { jsonType } from './errors.ts';

/** Bytes of stored texts, as the database counts them. They take three to eight times as much while they are read, printed and sent, and the budget of the process is 300 MB. */
const mostBytes = 16 << 20;

/** Pages up to so many bytes neither wait nor count: they leave in one piece, and clients that do not read cannot keep short lists out. */
const smallAnswer = 64 << 10;

/** What compressing a longer answer takes up beside the answer, in bytes. */
const compressor = 2 << 20;

/** Bytes of answers that are ready and may wait. A page of a list is read only when there is room for it. */
const mostReady = 16 << 20;

/** The most that one page counts: what slow clients hold of the rest cannot keep the largest pages out. */
const mostOfOne = 12 << 20;

/** How long a page waits for room, in milliseconds: half of what a client that does not read may hold it for. */
const patience = 30_000;

interface Waiting {
  bytes: number;
  /** Is in memory already. */
  ready: boolean;
  start: (hasRoom: boolean) => void;
}

let heldBytes = 0;
let readyBytes = 0;
/** Pages that wait, first come, first served. */
const waiting = new Set<Waiting>();

/** What one answer holds: at most one page of a list, so that lists never wait for each other in a circle. */
export interface AnswerMemory {
  /**
   * Gives back the page before and waits until there is room for the next one; two pages of more than `mostOfOne` are never there together.
   * False when there was no room for half a minute, when the response was closed, or when too many that are `ready` wait.
   */
  take(bytes: number, ready?: boolean): Promise<boolean>;
}

/** Answers whose memory is accounted for. */
const accounted = new WeakSet<ServerResponse>();

/** Memory for one answer, until its response closes. */
export function openAnswerMemory(response: ServerResponse): AnswerMemory {
  accounted.add(response);
  let held = 0;
  // Whoever has left before does not leave again.
  let closed = response.destroyed;
  let wanted: Waiting | null = null;
  const hold = (bytes: number) => {
    held = bytes;
    heldBytes += bytes;
  };
  const give = () => {
    heldBytes -= held;
    held = 0;
    startWaiting();
  };
  response.once('close', () => {
    closed = true;
    if (wanted) end(wanted, false);
    give();
  });
  return {
    async take(bytes, ready = false) {
      give();
      if (closed) return false;
      if (bytes <= smallAnswer) return true;
      const counted = Math.min(bytes, mostOfOne);
      if (waiting.size > 0 || !hasRoom(counted)) {
        if (ready && readyBytes > 0 && readyBytes + counted > mostReady) return false;
        const hasRoomNow = await new Promise<boolean>((resolve) => {
          // At once: the response may close before whoever waits for the promise goes on.
          const start = (room: boolean) => {
            if (room) hold(counted);
            resolve(room);
          };
          wanted = { bytes: counted, ready, start };
          wait(wanted);
        });
        return hasRoomNow && !closed;
      }
      hold(counted);
      return true;
    },
  };
}

function hasRoom(bytes: number): boolean {
  return heldBytes + bytes <= mostBytes;
}

function wait(page: Waiting): void {
  const { start } = page;
  const timer = setTimeout(() => end(page, false), patience);
  page.start = (room) => {
    clearTimeout(timer);
    start(room);
  };
  waiting.add(page);
  if (page.ready) readyBytes += page.bytes;
}

/** Ends the waiting of a page; nothing happens to one that does not wait. */
function end(page: Waiting, room: boolean): void {
  if (!waiting.delete(page)) return;
  if (page.ready) readyBytes -= page.bytes;
  page.start(room);
}

function startWaiting(): void {
  for (const page of waiting) {
    if (!hasRoom(page.bytes)) return;
    end(page, true);
  }
}

/** Makes answers that are ready wait until there is memory to send them. Lists that are sent by pages see to that themselves. */
export function boundAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if ((typeof payload !== 'string' && !Buffer.isBuffer(payload)) || request.method === 'HEAD') return payload;
    if (payload.length <= smallAnswer || accounted.has(reply.raw)) return payload;
    const memory = openAnswerMemory(reply.raw);
    const isCompressed = request.headers['accept-encoding'] !== undefined;
    if (await memory.take(payload.length + (isCompressed ? compressor : 0), true)) return payload;
    reply.code(503).header('retry-after', '5').type(jsonType).removeHeader('content-disposition');
    return JSON.stringify({ message: 'too many long answers are being sent' });
  });
}

/**
 * How answers are compressed. Short ones at once, in a millisecond or two: each that is compressed beside others takes up a megabyte.
 * Brotli's quality of 4 and a window of 2^18 bytes take a run of 5,000 jobs 60 ms.
 */
export const compression: FastifyCompressOptions & { syncThreshold: number } = {
  encodings: ['br', 'gzip'],
  // Bodies are read as they arrive (body.ts): one that is unpacked beside that would never end.
  globalDecompression: false,
  threshold: 1024,
  syncThreshold: smallAnswer,
  // By their numbers: the quality and the logarithm of the window.
  brotliOptions: { params: { 1: 4, 2: 18 } },
};
