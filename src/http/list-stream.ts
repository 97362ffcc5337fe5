/** Long lists: read and sent by pages that are bounded in bytes. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { nextTurn } from '../core/turns.ts';
import { type AnswerMemory, openAnswerMemory } from './answer-memory.ts';
import { sendMessage } from './errors.ts';

/**
 * A list that is read by pages and sent as JSON text. An entry names an item and knows how long its texts are; the items of a page are
 * loaded when it is known how many fit into one.
 */
export interface ListStream<Entry, Item> {
  /** At most `limit` entries after one, or from the start. */
  entries: (after: Entry | undefined, limit: number) => Promise<Entry[]>;
  /** How many bytes an item takes up. */
  bytes: (entry: Entry) => number;
  /** The items of some entries, without those that are gone meanwhile. */
  load: (entries: Entry[]) => Promise<Item[]>;
  /** The JSON text of one item. Joining would copy what is longer than `longText`, so that is one of several parts. */
  print: (item: Item) => string | string[];
  /** The most items to send; all when absent. */
  total?: number | undefined;
  /** The most items in a page. */
  atATime: number;
  /** Called when there is nothing to send: may throw instead of sending an empty list. */
  onEmpty?: () => Promise<unknown>;
  /** What stands before and after the items. */
  prefix?: string;
  suffix?: string;
  /** What stands between them; a comma when absent. */
  separator?: string;
  contentType: string;
}

/** A page as it is sent: not what was read, which would live as long as the client takes. */
interface Page<Entry> {
  texts: string[];
  /** The last of its entries; undefined when there is none. */
  last: Entry | undefined;
  /** How many items may still come: 0 when these are the last. */
  left: number;
  /** What stands before the next item. */
  separator: string;
  /** How many items are expected to fit into the next page. */
  expected: number;
}

/** Bytes of a page, unless its first item alone has more: some sixty jobs. */
const pageBytes = 512 << 10;

/** Items that are expected in the first page. */
const firstItems = 60;

/** The most characters to send at a time. Larger texts and all buffers have memory of their own, which is given back late: sixteen lists of 5 MB took 374 MB with a buffer for each page, and 280 with these. */
export const longText = 50_000;

/**
 * Sends a list. A short one leaves in one piece; a longer one is read and sent by pages, as fast as the client
 * takes it, so that neither memory nor the event loop depends on how long it is.
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
  // Without a buffer of its own: what the generator has yielded is in the hands of the response when it goes on.
  return reply.send(Readable.from(textsOf(stream, first, memory, reply.raw), { objectMode: true, highWaterMark: 0 }));
}

/** Reads the page after another one; null when there is no memory for it. Asks for one entry more than it takes, which tells whether there are more. */
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

/** Adds a part to the last of some texts, or behind it when both together would be too long: a value of megabytes is never copied. */
function add(texts: string[], part: string): void {
  const last = texts.length - 1;
  if ((texts[last] as string).length + part.length <= longText) texts[last] += part;
  else texts.push(part);
}

/** What of a text is sent at a time. */
function* pieces(text: string): Generator<string> {
  for (let [from, to] = [0, 0]; from < text.length; from = to) {
    to = from + longText;
    // Half a character could not be encoded.
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
    // Until the socket has taken it, the page takes up memory.
    if (response.socket?.writableNeedDrain) await drained(response.socket);
    page.texts = [];
    // Lets other requests in: SQLite does not give up the event loop and a local socket takes everything, so the whole list would
    // be one chain of microtasks.
    await nextTurn();
  }
}

/** Whether the first page of a list has been made in this round. */
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
