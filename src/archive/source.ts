/** A file of an archive while it is read, and what can go wrong with one. */

/** Bytes that are read in any order, a few at a time. */
export interface Source {
  /** Bytes at the moment it was opened; a log that is being written has more of them later. */
  size: number;
  /** At most `length` bytes from a place on; fewer at the end. Throws `ArchiveProblem`. */
  read(at: number, length: number): Promise<Buffer>;
  close(): void;
}

/** A name in a folder of an archive; sizes in bytes, null where the archive does not say. */
export interface ArchiveEntry {
  name: string;
  type: 'file' | 'folder';
  size: number | null;
}

/** `missing`: there is no such file; `refused`: it is not to be opened or cannot be read; `away`: the archive does not answer. */
export type ProblemKind = 'missing' | 'refused' | 'away';

/** Why a file of the archive was not read, in a sentence for the person who asked. */
export class ArchiveProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string) {
    super(message);
    this.name = 'ArchiveProblem';
    this.kind = kind;
  }
}

/** The sentence for a failed call of the file system. */
export function fileProblem(error: unknown): ArchiveProblem {
  if (error instanceof ArchiveProblem) return error;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ArchiveProblem('missing', 'the archive has no such file');
  if (code === 'EACCES' || code === 'EPERM')
    return new ArchiveProblem('refused', 'the server may not read this file of the archive');
  if (code === 'ELOOP' || code === 'ENAMETOOLONG')
    return new ArchiveProblem('refused', 'this is no file of the archive that can be opened');
  return new ArchiveProblem('away', `the archive cannot be read (${code})`);
}
