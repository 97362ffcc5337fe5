/** The archive that logs are read from, asked by other threads (docs/decisions/0017-logs.md). */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ArchiveBase, archivesIn, folderOf, type PlacedJob } from '../core/logs/places.ts';
import type { Place } from './open.ts';
import type { Kind, Questions } from './protocol.ts';
import { ArchiveProblem } from './source.ts';
import { createThreads } from './threads.ts';

export type { SliceAt } from './slices.ts';
export { ArchiveProblem } from './source.ts';

/** Reads the files of jobs. */
export interface Archive {
  /** False as long as there is nothing to ask. */
  isOpen(): boolean;
  /** Asks one of the threads about a job. Throws `ArchiveProblem`; anything else that is thrown is a defect. */
  ask<One extends Kind>(kind: One, job: PlacedJob, ask: AskOf<One>): Promise<Questions[One]['answer']>;
  close(): Promise<void>;
}

type AskOf<One extends Kind> = Omit<Questions[One]['ask'], 'places'>;

/** How it is done; the defaults are those of a server. */
interface ArchiveOptions {
  bases: ArchiveBase[];
  /** Threads that work at the same time. */
  threads?: number;
  /** Milliseconds for one question; a thread that takes longer hangs and is left behind. */
  patience?: number;
  /** Bytes of a packed file that are unpacked. */
  mostUnpacked?: number;
}

/** The share of the patience for a question that unpacking may take, so that the beginning of a file that takes longer can still be shown. */
const unpacking = 2 / 3;

/** Makes the archive; threads start with the first question. */
export function createArchive({ bases, threads = 2, patience = 30_000, mostUnpacked }: ArchiveOptions): Archive {
  const workerData = { mostUnpacked, longestUnpacking: patience * unpacking };
  const { ask, close } = createThreads({ threads, patience, workerData });
  return {
    isOpen: () => bases.length > 0,
    async ask(kind, job, question) {
      const places = placesOf(bases, job);
      if (places.length === 0) throw new ArchiveProblem('missing', 'the archive has no folder of this job');
      // What one thread has unpacked the other one has not.
      const thread = Number.parseInt(hash('sha1', `${job.run}/${job.job_id}`).slice(0, 8), 16);
      return (await ask(thread, { kind, places, ...question } as never)) as never;
    },
    close,
  };
}

/** Where the demo leaves logs: read without a setting as soon as it is there. */
const usualFolder = 'data/archive';

/** The archive of the setting. */
export function openArchive(setting: string, options: Omit<ArchiveOptions, 'bases'> = {}): Archive {
  if (setting !== '') return createArchive({ bases: archivesIn(setting), ...options });
  const root = resolve(usualFolder);
  const archive = createArchive({ bases: [{ kind: 'folder', root, template: '' }], ...options });
  return { ...archive, isOpen: () => existsSync(root) };
}

function placesOf(bases: ArchiveBase[], job: PlacedJob): Place[] {
  return bases.flatMap((base) => {
    const folder = folderOf(base, job);
    return folder === null ? [] : [{ base, folder }];
  });
}
