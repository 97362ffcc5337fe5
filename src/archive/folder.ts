/**
 * An archive in a folder. Calls are synchronous, because the thread that makes them has nothing else to do, and because
 * asynchronous calls to a hanging network file system would use up the thread pool of the whole process.
 */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  opendirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ArchiveEntry, ArchiveProblem, fileProblem, type Source } from './source.ts';

/** The most names of a folder that are listed. */
export const mostEntries = 1000;

/** Resolves the links in a path below the root. Throws `ArchiveProblem` if it leads out of the root. */
function realPath(root: string, parts: string[]): string {
  try {
    const [top, real] = [realpathSync(root), realpathSync(join(root, ...parts))];
    if (real === top || real.startsWith(top === '/' ? top : `${top}/`)) return real;
  } catch (error) {
    throw fileProblem(error);
  }
  throw new ArchiveProblem('refused', 'this path leads out of the archive');
}

/** Opens a file below a folder. Throws `ArchiveProblem`. */
export function openFile(root: string, parts: string[]): Source & { key: string; id: string } {
  const path = realPath(root, parts);
  let file: number | null = null;
  try {
    // Opening a pipe would wait for its writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ArchiveProblem('missing', 'the archive has no such file');
    const id = `${path} ${stat.ino}`;
    return { ...sourceOf(file, stat.size), id, key: `${id} ${stat.size} ${stat.mtimeMs}` };
  } catch (error) {
    if (file !== null) closeSync(file);
    throw fileProblem(error);
  }
}

/** Returns an open file as a source. The caller must close it. */
export function sourceOf(file: number, size: number): Source {
  let closed = false;
  return {
    size,
    async read(at, length) {
      // The descriptor may belong to another file by now.
      if (closed) throw new ArchiveProblem('away', 'the file was closed meanwhile; try again');
      const bytes = Buffer.allocUnsafe(length);
      try {
        return bytes.subarray(0, readSync(file, bytes, 0, length, at));
      } catch (error) {
        throw fileProblem(error);
      }
    },
    close() {
      if (!closed) closeSync(file);
      closed = true;
    },
  };
}

/** Returns the first thousand names that the file system lists in a folder, sorted. Throws `ArchiveProblem`. */
export function listFolder(root: string, parts: string[]): { entries: ArchiveEntry[]; more: boolean } {
  const path = realPath(root, parts);
  try {
    const folder = opendirSync(path);
    const entries: ArchiveEntry[] = [];
    let more = false;
    try {
      for (let next = folder.readSync(); next !== null; next = folder.readSync()) {
        if (entries.length >= mostEntries) {
          more = true;
          break;
        }
        const entry = entryOf(root, parts, next);
        if (entry !== null) entries.push(entry);
      }
    } finally {
      folder.closeSync();
    }
    return { entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)), more };
  } catch (error) {
    throw fileProblem(error);
  }
}

/** Returns null for anything but files and folders of the archive: pipes, dangling links, and links that lead out of it. */
function entryOf(root: string, parts: string[], { name }: Dirent): ArchiveEntry | null {
  try {
    const stat = statSync(realPath(root, [...parts, name]));
    if (stat.isDirectory()) return { name, type: 'folder', size: null };
    return stat.isFile() ? { name, type: 'file', size: stat.size } : null;
  } catch {
    return null;
  }
}
