/** Opens files of a job in the first archive that has them. */
import { type ArchiveBase, logNames, packingOf } from '../core/logs/places.ts';
import { listFolder, openFile } from './folder.ts';
import { type ArchiveEntry, ArchiveProblem, type ProblemKind, type Source } from './source.ts';
import { chunksOf, unpack } from './unpack.ts';
import { listAddress, openAddress } from './web.ts';

/** A folder of a job in one of the archives. */
export interface Place {
  base: ArchiveBase;
  folder: string[];
}

/** An open file; `name` from the folder of the job on, `cut` when its end is missing. */
export interface OpenLog {
  name: string;
  source: Source;
  cut: boolean;
  /** The same for the same bytes. */
  key: string;
  /** The same for the same file, also when it has grown. */
  id: string;
  /** Whether all of it is on this machine or a file system of it. */
  isNear: boolean;
}

/** Unpacked files that a thread keeps, the one that was used last at the end. */
const kept = new Map<string, Unpacked>();
const mostKept = 3;
/** Files that are being unpacked. */
const making = new Map<string, Promise<Unpacked>>();

type Unpacked = Source & { cut: boolean };

/** Opens a file, or the log where `file` is null. `stored` leaves it packed. Throws `ArchiveProblem`. */
export async function openLog(places: Place[], file: string[] | null, stored = false): Promise<OpenLog> {
  const names = file === null ? logNames.map((name) => [name]) : [file];
  // One that does not answer for the first name is not asked for the others: each would wait as long.
  return firstOf(places, (place) => firstOf(names, (name) => openIn(place, name, stored), ['missing', 'refused']));
}

/** Lists a folder of a job; `path` from its own folder on. Throws `ArchiveProblem`. */
export async function listFiles(places: Place[], path: string[]): Promise<{ entries: ArchiveEntry[]; more: boolean }> {
  return firstOf(places, async ({ base, folder }) => {
    const parts = [...folder, ...path];
    return base.kind === 'folder' ? listFolder(base.root, parts) : listAddress(base.root, parts);
  });
}

/** What the first of them gives. A problem that is passed does not keep the next from being tried, but is told of when none has it. */
async function firstOf<One, Found>(
  all: One[],
  open: (one: One) => Promise<Found>,
  passed: readonly ProblemKind[] = ['missing', 'refused', 'away'],
): Promise<Found> {
  let problem = new ArchiveProblem('missing', 'the archive has no such file');
  for (const one of all) {
    try {
      return await open(one);
    } catch (error) {
      if (!(error instanceof ArchiveProblem) || !passed.includes(error.kind)) throw error;
      if (problem.kind === 'missing') problem = error;
    }
  }
  throw problem;
}

async function openIn({ base, folder }: Place, name: string[], stored: boolean): Promise<OpenLog> {
  const parts = [...folder, ...name];
  const packing = stored ? null : packingOf(name.at(-1) as string);
  const log = { name: name.join('/'), cut: false, isNear: true };
  if (base.kind === 'folder') {
    const file = openFile(base.root, parts);
    if (packing === null) return { ...log, source: file, key: file.key, id: file.id };
    const unpacking = () => unpack(chunksOf(file), packing);
    try {
      return { ...log, ...(await fromKept(file.key, unpacking)) };
    } finally {
      file.close();
    }
  }
  const file = await openAddress(base.root, parts);
  if (file.source !== null && packing === null)
    return { ...log, source: file.source, key: file.key, id: file.id, isNear: false };
  try {
    return { ...log, ...(await fromKept(file.key, async () => unpack(await file.whole(), packing))) };
  } finally {
    file.close();
  }
}

/** The unpacked file of a key. Several who ask for it while it is unpacked get the same one. */
async function fromKept(key: string, make: () => Promise<Unpacked>) {
  const source = kept.get(key) ?? (await (making.get(key) ?? keep(key, make)));
  if (kept.delete(key)) kept.set(key, source);
  return { source: { ...source, close: () => {} }, cut: source.cut, key, id: key };
}

function keep(key: string, make: () => Promise<Unpacked>): Promise<Unpacked> {
  const made = make()
    .then((source) => {
      kept.set(key, source);
      for (const [oldest, { close }] of kept) {
        if (kept.size <= mostKept) break;
        close();
        kept.delete(oldest);
      }
      return source;
    })
    .finally(() => making.delete(key));
  making.set(key, made);
  return made;
}
