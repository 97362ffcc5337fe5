/** The archive of logs, which separate threads read (docs/decisions/0017-logs.md). A thread that hangs is abandoned. */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ArchiveBase, archivesIn, folderOf, type PlacedJob } from '../core/logs/places.ts';
import { threadFile } from '../program.ts';
import { ArchiveProblem } from './source.ts';
import type { Answered, AnswerTo, Asked, AskOf, Kind } from './worker.ts';

/** Reads the files of jobs. */
export interface Archive {
  /** False as long as there is no archive to read. */
  isOpen(): boolean;
  /** Sends a question about a job to one of the threads. Throws `ArchiveProblem`; any other error is a defect. */
  ask<One extends Kind>(kind: One, job: PlacedJob, ask: Omit<AskOf<One>, 'places'>): Promise<AnswerTo<One>>;
  /** Ends all threads within a second. Unanswered and later questions throw `ArchiveProblem`. */
  close(): Promise<void>;
}

/** Options of an archive; the defaults are those of a server. */
interface ArchiveOptions {
  bases: ArchiveBase[];
  /** The number of threads. */
  threads?: number;
  /** The time limit for one question, in milliseconds. A thread that takes longer is abandoned. */
  patience?: number;
  /** The most bytes to unpack from a packed file. */
  mostUnpacked?: number;
}

/** The share of `patience` that unpacking may take, so that the beginning of a file that takes longer can still be shown. */
const unpacking = 2 / 3;
/** The number of hanging threads from which on questions are refused, because whatever these threads wait for would block others too. */
const mostHanging = 4;
/** The most questions that wait at the same time. */
const mostWaiting = 64;

/** Creates the archive. Each thread starts with its first question. */
export function createArchive({ bases, threads = 2, patience = 30_000, mostUnpacked }: ArchiveOptions): Archive {
  const slots: (Thread | null)[] = Array.from({ length: threads }, () => null);
  let hanging = 0;
  let asked = 0;
  let closed = false;
  const start = (slot: number) => {
    const thread = startThread({ mostUnpacked, longestUnpacking: patience * unpacking }, () => {
      if (slots[slot] === thread) slots[slot] = null;
    });
    slots[slot] = thread;
    return thread;
  };
  /** Abandons a thread. It may never end, because a system call that hangs cannot be cancelled. */
  const leaveBehind = (thread: Thread) => {
    thread.end(new ArchiveProblem('away', 'the archive does not answer'));
    hanging++;
    void thread.worker.terminate().then(() => hanging--);
  };
  return {
    isOpen: () => bases.length > 0,
    async ask(kind, job, question) {
      const places = bases.flatMap((base) => {
        const folder = folderOf(base, job);
        return folder === null ? [] : [{ base, folder }];
      });
      if (places.length === 0) throw new ArchiveProblem('missing', 'the archive has no folder for this job');
      if (closed) throw new ArchiveProblem('away', 'the archive is closed');
      if (hanging >= mostHanging) throw new ArchiveProblem('away', 'the archive does not answer');
      if (asked >= mostWaiting) throw new ArchiveProblem('away', 'too many requests are waiting for the archive');
      // A job is always assigned to the same thread, because each thread keeps its own unpacked files.
      const slot = Number.parseInt(hash('sha1', `${job.run}/${job.job_id}`).slice(0, 8), 16) % threads;
      const thread = slots[slot] ?? start(slot);
      asked++;
      const timer = setTimeout(() => leaveBehind(thread), patience);
      try {
        return (await thread.ask({ kind, places, ...question } as never)) as never;
      } finally {
        clearTimeout(timer);
        asked--;
      }
    },
    async close() {
      closed = true;
      const open = slots.filter((thread) => thread !== null);
      // Answers the waiting questions first, because a thread may never end.
      for (const thread of open) thread.end(new ArchiveProblem('away', 'the archive is closed'));
      const ending = open.map(({ worker }) => worker.terminate());
      const soon = new Promise((resolve) => setTimeout(resolve, 1000).unref());
      await Promise.race([Promise.all(ending), soon]);
    },
  };
}

type Thread = ReturnType<typeof startThread>;

/** Starts a thread. `onEnd` is called when it does not answer any more. */
function startThread(workerData: object, onEnd: () => void) {
  const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
  const worker = new Worker(threadFile('worker', import.meta.url), { resourceLimits, workerData });
  worker.unref();
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const end = (error: Error) => {
    onEnd();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (answered: Answered) => {
    const one = waiting.get(answered.id);
    waiting.delete(answered.id);
    if (!('problem' in answered)) one?.resolve(answered.answer);
    else if (answered.problem === 'defect') one?.reject(new Error(answered.message));
    else one?.reject(new ArchiveProblem(answered.problem, answered.message));
  });
  worker.on('error', end);
  worker.on('exit', () => end(new ArchiveProblem('away', 'the thread that read the archive has ended')));
  return {
    worker,
    end,
    ask: (question: Omit<Asked, 'id'>) =>
      new Promise<unknown>((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject });
        worker.postMessage({ ...question, id: lastId });
      }),
  };
}

/** The folder in which the demo stores logs. Without a setting it is the archive as soon as it exists. */
const usualFolder = 'data/archive';

/** Opens the archive that the setting names. */
export function openArchive(setting: string, options: Omit<ArchiveOptions, 'bases'> = {}): Archive {
  if (setting !== '') return createArchive({ bases: archivesIn(setting), ...options });
  const root = resolve(usualFolder);
  const archive = createArchive({ bases: [{ kind: 'folder', root, template: '' }], ...options });
  return { ...archive, isOpen: () => existsSync(root) };
}
