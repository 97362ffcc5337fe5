/** Large bodies are read beside everybody else: one of 16 MiB takes from 0.2 to a whole second. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BodyText, ParsedBody } from './body-text.ts';

/** A body that the thread has read. `beginning` is what was sent first, for reports of errors. */
export interface LargeBody {
  read: ParsedBody | { problem: string };
  beginning: Uint8Array;
}

/** From how many bytes on a body is large: below, it takes some milliseconds. */
export const largeBody = 256 << 10;

/** A list or an object that is longer than this, in UTF-16 units, is no value of any key that is looked into. */
export const longestValue = 64 << 10;

/** Reads large bodies. */
export interface LargeBodies {
  read(body: Buffer): Promise<LargeBody>;
  close(): Promise<void>;
}

/** Bytes of a body in a report. */
export const beginningBytes = 1024;
/** An idle thread ends after so long, in milliseconds: it holds what it has read. */
const idle = 5000;

/** Makes the reader of one server; its thread starts with the first large body. */
export function createLargeBodies(): LargeBodies {
  let thread: Worker | null = null;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const end = async () => {
    clearTimeout(timer);
    const ended = thread;
    thread = null;
    await ended?.terminate();
  };
  const ask = async (body: Buffer): Promise<BodyText | { problem: string }> => {
    clearTimeout(timer);
    thread ??= startThread();
    // Rejects when the thread fails instead, which is a defect.
    const answered = once(thread, 'message');
    // A whole buffer changes hands; a part of one is copied.
    const whole = body.byteLength === body.buffer.byteLength && body.buffer instanceof ArrayBuffer;
    thread.postMessage(body, whole ? [body.buffer as ArrayBuffer] : []);
    try {
      return (await answered)[0];
    } catch (error) {
      thread = null;
      throw error;
    } finally {
      timer = setTimeout(() => void end(), idle).unref();
    }
  };
  return {
    async read(body) {
      const beginning = Uint8Array.from(body.subarray(0, beginningBytes));
      // One after the other: the next answer is to this body, and one at a time is in the memory of the thread.
      const asked = last.then(() => ask(body));
      last = asked.catch(() => {});
      const answer = await asked;
      return { read: 'problem' in answer ? answer : bodyOf(answer), beginning };
    },
    close: end,
  };
}

function startThread(): Worker {
  const thread = new Worker(new URL('./large-body-thread.ts', import.meta.url), { execArgv: [] });
  thread.unref();
  return thread;
}

/** The values are parsed when they are asked for: what is only stored stays as it is. */
function bodyOf(read: BodyText): ParsedBody {
  const values: Record<string, unknown> = {};
  for (const [key, text] of read.texts) {
    Object.defineProperty(values, key, {
      enumerable: true,
      get: () => (isLongValue(text) ? {} : (JSON.parse(text) as unknown)),
    });
  }
  return { ...read, values };
}

/** Whether the text of a value is a list or an object that is too long to be looked into. */
export function isLongValue(text: string): boolean {
  return text.length > longestValue && (text.startsWith('{') || text.startsWith('['));
}
