/** The thread that reads large bodies, one after the other (large-body.ts). */
import { parentPort } from 'node:worker_threads';
import { splitBodyText } from './body-text.ts';

parentPort?.on('message', (body: Uint8Array) => parentPort?.postMessage(splitBodyText(body)));
