/** Reads and sends long lists in pages of limited bytes. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { nextTurn } from '../core/turns.ts';
import { type AnswerMemory, openAnswerMemory } from './answer-memory.ts';
import { sendMessage } from './errors.ts';

/**
 * A list that is read page by page and sent as text. An entry names an item and knows the length of its texts. The items of a page are
 * loaded once it is known how many fit into it.
 */
export interface ListStream<Entry, Item> {
  /** Returns at most `limit` entries after a given one, or from the start. */
  entries: (after: Entry | undefined, limit: number) => Promise<Entry[]>;
  /** The bytes of an item. */
  bytes: (entry: Entry) => number;
  /** Loads the items of some entries, without those that have been deleted in the meantime. */
  load: (entries: Entry[]) => Promise<Item[]>;
  /** Prints an item. Texts longer than `longText` are parts of their own, because joining would copy them. */
  print: (item: Item) => string | string[];
  /** The most items to send; all if absent. */
  total?: number | undefined;
  /** The most items in a page. */
  atATime: number;
  /** Called if there is nothing to send. Can throw to prevent an empty list. */
  onEmpty?: () => Promise<unknown>;
  /** The texts before and after the items. */
  prefix?: string;
  suffix?: string;
  /** The text between items; a comma if absent. */
  separator?: string;
  contentType: string;
}

/** A page while it is sent. It does not refer to what was read, which would stay in memory as long as the client takes. */
interface Page<Entry> {
  texts: string[];
  /** Its last entry; undefined if there is none. */
  last: Entry | undefined;
  /** How many items can follow; 0 if these are the last. */
  left: number;
  /** The text before the next item. */
  separator: string;
  /** How many items are expected to fit into the next page. */
  expected: number;
}

/** Bytes of a page unless its first item alone has more: about sixty jobs. */
const pageBytes = 512 << 10;

/** How many items are expected to fit into the first page. */
const firstItems = 60;

/**
 * The most characters to send at a time. Larger texts and all buffers have memory of their own, which is released late: sixteen lists of
 * 5 MB took 374 MB with a buffer for each page, and 280 MB with these.
 */
export const longText = 50_000;

/**
 * Sends a list. A short list is sent in one piece. A longer one is read and sent page by page at the pace of the client, so that neither
 * memory nor the event loop depends on its length.
 */
export async function sendListStream<Entry, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ListStream<Entry, Item>,
): Promise<FastifyReply> {
  const { total = Number.MAX_SAFE_INTEGER, onEmpty, prefix = '[', suffix = ']', contentType } = stream;
  const memory = openAnswerMemory(reply.raw);
  const start = { texts: [], last: undefined, left: total, separator: prefix, expected: firstItems };
  if (isRoundTaken) await nextTurn();
  takeRound();
  const first = await readPage(stream, start, memory);
  if (first === null) return sendMessage(reply.header('retry-after', '30'), 503, 'too many long lists are being sent');
  if (first.last === undefined) await onEmpty?.();
  reply.type(contentType);
  if (first.left === 0)
    return reply.send(Buffer.from((first.separator === prefix ? prefix : '') + first.texts.join('') + suffix));
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  // Without a buffer of its own, so that the response has taken each text when the generator continues.
  return reply.send(Readable.from(textsOf(stream, first, memory, reply.raw), { objectMode: true, highWaterMark: 0 }));
}

/** Reads the page after another one; null if there is no memory for it. Requests one entry more than it uses, to know if there are more. */
async function readPage<Entry, Item>(
  { entries, bytes, load, print, atATime, separator: comma = ',' }: ListStream<Entry, Item>,
  { last: after, left, separator, expected }: Page<Entry>,
  memory: AnswerMemory,
): Promise<Page<Entry> | null> {
  const limit = Math.min(left, atATime, expected);
  const found = limit === 0 ? [] : await entries(after, limit + 1);
  const fitting: Entry[] = [];
  let size = 0;
  for (const entry of found.slice(0, limit)) {
    const more = bytes(entry);
    if (size + more > pageBytes && fitting.length > 0) break;
    size += more;
    fitting.push(entry);
  }
  const page: Page<Entry> = { texts: [''], last: fitting.at(-1) ?? after, left: 0, separator, expected: atATime };
  if (!(await memory.take(size))) return null;
  if (found.length > fitting.length) page.left = left - fitting.length;
  if (size > 0) page.expected = Math.max(1, Math.round((fitting.length * pageBytes) / size));
  for (const item of await load(fitting)) {
    for (const part of [page.separator, print(item)].flat()) add(page.texts, part);
    page.separator = comma;
  }
  return page;
}

/** Appends a part to the last text, or as a new text if both together would be too long, so that values of megabytes are never copied. */
function add(texts: string[], part: string): void {
  const last = texts.length - 1;
  if ((texts[last] as string).length + part.length <= longText) texts[last] += part;
  else texts.push(part);
}

/** Splits a text into the pieces that are sent at a time. */
function* pieces(text: string): Generator<string> {
  for (let [from, to] = [0, 0]; from < text.length; from = to) {
    to = from + longText;
    // Keeps surrogate pairs together, because half a pair cannot be encoded.
    if ((text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to++;
    yield text.slice(from, to);
  }
}

async function* textsOf<Entry, Item>(
  stream: ListStream<Entry, Item>,
  first: Page<Entry>,
  memory: AnswerMemory,
  response: ServerResponse,
): AsyncGenerator<string> {
  const { prefix = '[', suffix = ']' } = stream;
  for (let page: Page<Entry> | null = first; ; page = await readPage(stream, page, memory)) {
    if (page === null) throw new Error('no memory for the rest of a list');
    for (const text of page.texts) yield* pieces(text);
    if (page.left === 0) {
      yield (page.separator === prefix ? prefix : '') + suffix;
      return;
    }
    // The page takes up memory until the socket has taken it.
    if (response.socket?.writableNeedDrain) await drained(response.socket);
    page.texts = [];
    // Lets other requests run. SQLite does not yield the event loop and a local socket accepts everything, so the whole list would
    // otherwise be one chain of microtasks.
    await nextTurn();
  }
}

/** Whether the first page of a list has been made in this round of the event loop. */
let isRoundTaken = false;

function takeRound(): void {
  if (!isRoundTaken) setImmediate(() => (isRoundTaken = false));
  isRoundTaken = true;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      socket.off('drain', end).off('close', end);
      resolve();
    };
    socket.on('drain', end).on('close', end);
  });
}
