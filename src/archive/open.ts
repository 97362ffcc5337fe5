/** Opens the files of a job in the first archive that has them. */
import { type ArchiveBase, logNames, packingOf } from '../core/logs/places.ts';
import { listFolder, openFile } from './folder.ts';
import { type ArchiveEntry, ArchiveProblem, type ProblemKind, type Source } from './source.ts';
import { chunksOf, unpack } from './unpack.ts';
import { listAddress, openAddress } from './web.ts';

/** The folder of a job in one of the archives. */
export interface Place {
  base: ArchiveBase;
  folder: string[];
}

/** An open file. `name` is its path below the folder of the job; `cut` is true if its end is missing. */
export interface OpenLog {
  name: string;
  source: Source;
  cut: boolean;
  /** Identifies the content of the file. */
  key: string;
  /** Identifies the file, even if it has grown. */
  id: string;
  /** True if the whole file is in a file system of this machine. */
  isNear: boolean;
}

/** The unpacked files that a thread keeps; the one used last is at the end. */
const kept = new Map<string, Unpacked>();
const mostKept = 3;
/** The files that are being unpacked. */
const making = new Map<string, Promise<Unpacked>>();

type Unpacked = Source & { cut: boolean };

/** Opens a file, or the log if `file` is null. With `stored`, does not unpack it. Throws `ArchiveProblem`. */
export async function openLog(places: Place[], file: string[] | null, stored = false): Promise<OpenLog> {
  const names = file === null ? logNames.map((name) => [name]) : [file];
  // An archive that does not answer is not asked for the other names, because each would take as long.
  return firstOf(places, (place) => firstOf(names, (name) => openIn(place, name, stored), ['missing', 'refused']));
}

/** Lists a folder of a job. `path` is relative to the folder of the job. Throws `ArchiveProblem`. */
export async function listFiles(places: Place[], path: string[]): Promise<{ entries: ArchiveEntry[]; more: boolean }> {
  return firstOf(places, async ({ base, folder }) => {
    const parts = [...folder, ...path];
    return base.kind === 'folder' ? listFolder(base.root, parts) : listAddress(base.root, parts);
  });
}

/**
 * Returns the first result. After a problem of a kind in `passed`, tries the next one. If none succeeds, throws the first problem that
 * is not `missing`.
 */
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

/** Returns the unpacked file of a key. Simultaneous requests share it. */
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
