import { on } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../http/errors.ts';
import { parseJobChange } from '../../http/teuthology/job-bodies.ts';
import { threadFile } from '../../program.ts';
import type { ReadRuns } from '../../store/takeover/import.ts';
import type { ParseJob } from '../../store/takeover/job-state.ts';

// The thread keeps 20 MB and collects them again whenever they have doubled; with more room from the start that is hardly ever, for 30 MB
// and 6 % less processor time in all. The heap of this thread has its sizes already.
setFlagsFromString('--initial-old-space-size=64');

/** Without a limit the thread collects garbage later and takes 40 MB more. Five documents of 16 MiB still fit. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

/**
 * Reads an old database in a thread of its own. Reading and writing a job take about the same processor time, so that
 * one thread would take nearly twice as long. An error that ends the thread is thrown by the next call of `next`.
 */
export function readInThread(url: string): ReadRuns {
  return (toRead) => {
    const file = threadFile('reader-thread', import.meta.url);
    const worker = new Worker(file, { workerData: { url, ...toRead }, resourceLimits });
    const told = on(worker, 'message', { close: ['exit'] });
    return {
      async next() {
        const { done, value } = await told.next();
        if (done) return null;
        worker.postMessage('next');
        return value[0];
      },
      async stop() {
        await worker.terminate();
      },
    };
  };
}

/** Reads an old job like a report that arrives at the teuthology contract. */
export const parseOldJob: ParseJob = (texts) => {
  try {
    return parseJobChange({ texts, size: 0 });
  } catch (error) {
    if (!(error instanceof Refusal) || error.failure.failure !== 'invalid') throw error;
    const { key, reason } = error.failure;
    return { refused: key ?? '', reason };
  }
};
