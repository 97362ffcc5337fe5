/** Open files of an archive, and the problems with them. */

/** A file that can be read at any offset. */
export interface Source {
  /** The size in bytes when the file was opened; a log that is being written grows. */
  size: number;
  /** Reads `length` bytes at an offset; fewer at the end of the file. Throws `ArchiveProblem`. */
  read(at: number, length: number): Promise<Buffer>;
  close(): void;
}

/** An entry in a folder of an archive. `size` is in bytes, null if unknown. */
export interface ArchiveEntry {
  name: string;
  type: 'file' | 'folder';
  size: number | null;
}

/** `missing`: the file does not exist. `refused`: it must not be opened or cannot be read. `away`: the archive does not answer. */
export type ProblemKind = 'missing' | 'refused' | 'away';

/** The reason why a file of the archive was not read. The message is a sentence for the user. */
export class ArchiveProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string) {
    super(message);
    this.name = 'ArchiveProblem';
    this.kind = kind;
  }
}

/** Rewords an error of the file system as a sentence. */
export function fileProblem(error: unknown): ArchiveProblem {
  if (error instanceof ArchiveProblem) return error;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ArchiveProblem('missing', 'the archive has no such file');
  if (code === 'EACCES' || code === 'EPERM')
    return new ArchiveProblem('refused', 'the server may not read this file of the archive');
  if (code === 'ELOOP' || code === 'ENAMETOOLONG')
    return new ArchiveProblem('refused', 'this file of the archive cannot be opened');
  return new ArchiveProblem('away', `the archive cannot be read (${code})`);
}
