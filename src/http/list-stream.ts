import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Jobs without their documents in a page: they are a twentieth of the size. */
export const smallJobsAtATime = 1000;

/** A list of jobs or runs that is read by pages and sent as JSON text. */
export interface ListStream<Item> {
  /** At most `limit` of them after one, or from the start. */
  page: (after: Item | undefined, limit: number) => Promise<Item[]>;
  /** Adds to one what a page leaves out because it is long; null for most, of which nothing was left out. */
  complete?: (item: Item) => Promise<Item> | null;
  /** The JSON text of one. */
  print: (item: Item) => string;
  /** The most to send; all when absent. */
  total?: number | undefined;
  /** How many in a page, and at most in the pages of all lists that are sent at once; twice as many when absent. */
  atATime: number;
  together?: number;
  /** Called when there is none at all: may refuse instead of an empty list. */
  onEmpty?: () => Promise<unknown>;
  /** What stands before and after them. */
  prefix?: string;
  suffix?: string;
  contentType: string;
}

/** Some of a list as they are sent: not what was read, which would live as long as the client takes. */
interface Part<Item> {
  texts: string[];
  /** The last one of them; undefined when there is none. */
  last: Item | undefined;
  /** How many may still come: 0 when these are the last. */
  left: number;
  /** How many of them fit into the next part. */
  most: number;
}

/**
 * Characters to send at a time. Larger texts and all buffers have memory of their own, which is given back late: sixteen
 * lists of 5 MB took 374 MB with a buffer for each page, and take 280 with these, for a fifth more lists a second.
 */
const textLength = 50_000;

/** Characters of a part after which no other job comes into it. A hundred jobs have one or two millions. */
const partLength = 4_000_000;

/** Lists that are being sent: they share memory. */
let lists = 0;
const fewestAtATime = 5;
/** Beyond so many at once memory counts more than speed: 16 lists on PostgreSQL take 20 MB less for a sixth fewer lists a second. */
const fastLists = 8;

/**
 * Sends a list. A short one leaves in one piece; a longer one is read and sent by pages, as fast as the client
 * takes it, so that neither memory nor the event loop depends on how long it is.
 */
export async function sendListStream<Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ListStream<Item>,
): Promise<FastifyReply> {
  const { total = Number.MAX_SAFE_INTEGER, onEmpty, prefix = '[', suffix = ']', contentType } = stream;
  const first = await readPart(stream, { last: undefined, left: total, most: stream.atATime }, prefix);
  if (first.last === undefined) await onEmpty?.();
  reply.type(contentType);
  if (first.left === 0) return reply.send(Buffer.from(first.texts.join('') + suffix));
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  lists++;
  const body = Readable.from(textsOf(stream, first), { objectMode: true, highWaterMark: 1 });
  body.once('close', () => lists--);
  return reply.send(body);
}

/** Asks for one more than it takes, which tells whether there are more. */
async function readPart<Item>(
  { page, print, complete, atATime, together = 2 * atATime }: ListStream<Item>,
  { last: after, left, most }: Pick<Part<Item>, 'last' | 'left' | 'most'>,
  separator: string,
): Promise<Part<Item>> {
  const crowd = Math.max(lists, 1);
  const share = Math.max(fewestAtATime, Math.ceil((together / crowd) * Math.min(1, fastLists / crowd)));
  const limit = Math.min(left, most, share);
  const found = limit === 0 ? [] : await page(after, limit + 1);
  const texts = [found.length > 0 || after === undefined ? separator : ''];
  let count = 0;
  let length = 0;
  let last: Item | undefined;
  // What is behind a long one is read again with the next page.
  while (count < Math.min(found.length, limit) && length < partLength) {
    last = found[count] as Item;
    const completed = complete?.(last);
    const text = print(completed ? await completed : last);
    texts[texts.length - 1] += count === 0 ? text : `,${text}`;
    if ((texts.at(-1) as string).length > textLength) texts.push('');
    length += text.length;
    count++;
  }
  const cut = count < Math.min(found.length, limit);
  return {
    texts,
    last,
    left: found.length > count ? left - count : 0,
    most: cut ? count : Math.min(2 * limit, atATime),
  };
}

async function* textsOf<Item>(stream: ListStream<Item>, first: Part<Item>): AsyncGenerator<string> {
  for (let part = first; ; ) {
    const { texts } = part;
    // Asked for before this page is sent: the database works while the socket does. But first other requests get their
    // turn: SQLite answers at once and a local socket takes everything, so that the whole list (measured: 600 ms of it)
    // would be one chain of microtasks.
    const next = part.left === 0 ? null : nextTurn().then(() => readPart(stream, part, ','));
    // A client that leaves in the meantime must not turn a lost database into an unhandled rejection.
    next?.catch(() => {});
    for (const text of texts) if (text !== '') yield text;
    if (next === null) break;
    part = await next;
  }
  yield stream.suffix ?? ']';
}
