/** What the threads that read archives are asked, and what they answer. */

import type { LogMatch } from './find.ts';
import type { FirstError, FirstErrorOf } from './first-error.ts';
import type { testsIn } from './job-tests.ts';
import type { NumberedSlice } from './line-index.ts';
import type { Place } from './open.ts';
import type { SliceAt } from './slices.ts';
import type { ArchiveEntry, ProblemKind } from './source.ts';

/** A file: names from the folder of the job on, null for its log. */
interface OfFile {
  places: Place[];
  file: string[] | null;
}

/** A question, and the answer to it. */
export interface Questions {
  files: { ask: { places: Place[]; path: string[] }; answer: { entries: ArchiveEntry[]; more: boolean } };
  /** Lines that follow each other; `line` asks for those around the line of a number. */
  slice: { ask: OfFile & { at: SliceAt | { line: number }; count: number }; answer: NumberedSlice & NamedLog };
  find: { ask: OfFile & { text: string; from: number }; answer: LogMatch & NamedLog };
  /** The next line that may be evidence of a failure. */
  next: { ask: OfFile & { from: number }; answer: LogMatch & NamedLog };
  first: { ask: OfFile & Omit<FirstErrorOf, 'isNear'>; answer: FirstError & NamedLog };
  /** The test cases in the files of a job. */
  tests: { ask: { places: Place[] }; answer: Awaited<ReturnType<typeof testsIn>> };
  /** Bytes as they are stored, packed or not. */
  bytes: { ask: OfFile & { at: number; length: number }; answer: { name: string; size: number; bytes: Uint8Array } };
}

/** Which file it was, and whether its end is missing because it was not unpacked. */
interface NamedLog {
  name: string;
  cut: boolean;
}

/** The name of a question. */
export type Kind = keyof Questions;

/** A question on its way. */
export type Asked<One extends Kind = Kind> = { [Key in One]: { id: number; kind: Key } & Questions[Key]['ask'] }[One];

/** An answer on its way. */
export type Answered =
  | { id: number; answer: unknown }
  | { id: number; problem: ProblemKind | 'defect'; message: string };
