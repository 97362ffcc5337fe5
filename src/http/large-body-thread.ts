/** The thread that reads large bodies, one after the other (large-body.ts). */
import { parentPort } from 'node:worker_threads';
import { splitBodyText } from './body-text.ts';

/** What the thread answers: the members of the object as text, or what is wrong with the body. */
export type ReadBody = { members: [key: string, text: string][]; lenient: boolean; size: number } | { problem: string };

parentPort?.on('message', (body: Uint8Array) => {
  const read = splitBodyText(body);
  const answer: ReadBody =
    'problem' in read ? read : { members: [...read.texts], lenient: read.lenient, size: read.size };
  parentPort?.postMessage(answer);
});
