/** Worker threads that answer questions; one that hangs is left behind. */
import { Worker } from 'node:worker_threads';
import { threadFile } from '../program.ts';
import type { Answered, Asked } from './protocol.ts';
import { ArchiveProblem } from './source.ts';

/** How many there are, what they know, and how long one may take for a question, in milliseconds. */
export interface ThreadOptions {
  threads: number;
  patience: number;
  workerData: object;
}

/** Asks threads. */
export interface Threads {
  /** Asks the thread of a number. Throws `ArchiveProblem`; anything else that is thrown is a defect. */
  ask(of: number, question: Omit<Asked, 'id'>): Promise<unknown>;
  /** Ends all of them, after a second at the latest; what is asked then or was not answered yet throws `ArchiveProblem`. */
  close(): Promise<void>;
}

/** Threads that may hang before nothing is asked any more: what they hang on does not answer others either. */
const mostHanging = 4;
/** Questions that wait at the same time. */
const mostWaiting = 64;

interface Thread {
  worker: Worker;
  waiting: Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>;
}

/** Makes threads, each of which starts with its first question. */
export function createThreads({ threads, patience, workerData }: ThreadOptions): Threads {
  const slots: (Thread | null)[] = Array.from({ length: threads }, () => null);
  let hanging = 0;
  let lastId = 0;
  let asked = 0;
  let closed = false;

  const end = (thread: Thread, error: Error) => {
    const slot = slots.indexOf(thread);
    if (slot >= 0) slots[slot] = null;
    for (const { reject } of thread.waiting.values()) reject(error);
    thread.waiting.clear();
  };
  const start = (): Thread => {
    const thread = { worker: startWorker(workerData), waiting: new Map() };
    thread.worker.on('message', (answered: Answered) => settle(thread, answered));
    thread.worker.on('error', (error: Error) => end(thread, error));
    thread.worker.on('exit', () => end(thread, new ArchiveProblem('away', 'the archive was not read to the end')));
    return thread;
  };
  /** It may never end: a call that the system does not answer cannot be taken back. */
  const leaveBehind = (thread: Thread) => {
    end(thread, new ArchiveProblem('away', 'the archive does not answer'));
    hanging++;
    void thread.worker.terminate().then(() => hanging--);
  };

  return {
    async ask(of, question) {
      if (closed) throw new ArchiveProblem('away', 'the archive is closed');
      if (hanging >= mostHanging) throw new ArchiveProblem('away', 'the archive does not answer');
      if (asked >= mostWaiting) throw new ArchiveProblem('away', 'too much is asked of the archive');
      const slot = of % threads;
      const thread = slots[slot] ?? start();
      slots[slot] = thread;
      const id = ++lastId;
      asked++;
      const timer = setTimeout(() => leaveBehind(thread), patience);
      try {
        return await new Promise((resolve, reject) => {
          thread.waiting.set(id, { resolve, reject });
          thread.worker.postMessage({ ...question, id });
        });
      } finally {
        clearTimeout(timer);
        asked--;
      }
    },
    async close() {
      closed = true;
      const open = slots.filter((thread) => thread !== null);
      // Before they end, because that may never come.
      for (const thread of open) end(thread, new ArchiveProblem('away', 'the archive is closed'));
      const ending = open.map(({ worker }) => worker.terminate());
      const soon = new Promise((resolve) => setTimeout(resolve, 1000).unref());
      await Promise.race([Promise.all(ending), soon]);
    },
  };
}

function startWorker(workerData: object): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
  const worker = new Worker(threadFile('worker', import.meta.url), { resourceLimits, workerData });
  worker.unref();
  return worker;
}

function settle({ waiting }: Thread, answered: Answered): void {
  const one = waiting.get(answered.id);
  if (!waiting.delete(answered.id) || !one) return;
  if (!('problem' in answered)) one.resolve(answered.answer);
  else if (answered.problem === 'defect') one.reject(new Error(answered.message));
  else one.reject(new ArchiveProblem(answered.problem, answered.message));
}
