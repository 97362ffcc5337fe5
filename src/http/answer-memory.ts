/** Limits the total memory of all answers that are being read, printed and sent. */
import type { ServerResponse } from 'node:http';
import type { FastifyCompressOptions } from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { jsonType } from './errors.ts';

/**
 * Limit of the bytes of stored texts, as counted by the database. They take three to eight times as much while they are read, printed and
 * sent, and the budget of the process is 300 MB.
 */
const mostBytes = 8 << 20;

/** Pages of at most so many bytes neither wait nor count: they are sent in one piece, and clients that do not read cannot block short lists. */
const smallAnswer = 64 << 10;

/** Bytes that compressing a longer answer takes in addition to the answer (measured: 1.3 MB with Brotli, 0.5 MB with gzip). */
const compressor = 1 << 20;

/** Limit of the bytes of ready answers that wait. A page of a list is read only when there is room for it. */
const mostReady = 16 << 20;

/** The most bytes that a page counts as. Slow clients can hold the rest of the room without blocking the largest pages. */
const mostOfOne = 6 << 20;

/** How long a page waits for room, in milliseconds: half as long as a client that does not read can hold it. */
const patience = 30_000;

interface Waiting {
  bytes: number;
  /** Whether the page is in memory already. */
  ready: boolean;
  start: (hasRoom: boolean) => void;
}

let heldBytes = 0;
let readyBytes = 0;
/** Waiting pages, served in the order of their arrival. */
const waiting = new Set<Waiting>();

/** The memory of an answer. It holds at most one page of a list, so that lists never deadlock. */
export interface AnswerMemory {
  /**
   * Releases the previous page and waits until there is room for the next one. Two pages of more than `mostOfOne` are never in memory
   * together. False if there was no room for half a minute, if the response was closed, or if too many `ready` pages wait.
   */
  take(bytes: number, ready?: boolean): Promise<boolean>;
}

/** The responses whose memory is accounted for. */
const accounted = new WeakSet<ServerResponse>();

/** Opens the memory of an answer, which is released when its response closes. */
export function openAnswerMemory(response: ServerResponse): AnswerMemory {
  accounted.add(response);
  let held = 0;
  // If the client has hung up already, no further 'close' is emitted.
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
          // Holds the memory at once, because the response can close before the waiting caller continues.
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

/** Ends the waiting of a page. Does nothing if it is not waiting. */
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

/** Makes ready answers wait until there is memory to send them. Lists that are sent page by page do that themselves. */
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
 * How answers are compressed. Short ones are compressed synchronously, in a millisecond or two, because each asynchronous compression
 * takes a megabyte. With Brotli's quality of 4 and a window of 2^18 bytes, a run of 5,000 jobs takes 60 ms.
 */
export const compression: FastifyCompressOptions & { syncThreshold: number } = {
  encodings: ['br', 'gzip'],
  // Bodies are read as they arrive (body.ts). If they were also decompressed here, they would never end.
  globalDecompression: false,
  threshold: 1024,
  syncThreshold: smallAnswer,
  // The parameters by number: the quality and the logarithm of the window.
  brotliOptions: { params: { 1: 4, 2: 18 } },
};
