/** A thread that reads archives, so that a hanging file system or a large file does not block the server. */
import { parentPort } from 'node:worker_threads';
import { firstErrorOf, nextError } from './first-error.ts';
import { testsIn } from './job-tests.ts';
import { byteOfLine, numbered } from './line-index.ts';
import { listFiles, type OpenLog, openLog, type Place } from './open.ts';
import { findText, type SliceAt, sliceOf } from './slices.ts';
import { ArchiveProblem, type ProblemKind } from './source.ts';

/** A file: its path below the folder of the job, or null for the log of the job. */
interface OfFile {
  places: Place[];
  file: string[] | null;
}

/** The handlers of all kinds of questions. */
const handlers = {
  files: ({ places, path }: { places: Place[]; path: string[] }) => listFiles(places, path),
  /** Consecutive lines; `line` asks for the lines around a line number. */
  slice: (ask: OfFile & { at: SliceAt | { line: number }; count: number }) =>
    withLog(ask, async (log) => {
      const at = 'line' in ask.at ? { around: await byteOfLine(log, ask.at.line) } : ask.at;
      return numbered(log, await sliceOf(log.source, at, ask.count));
    }),
  find: (ask: OfFile & { text: string; from: number }) =>
    withLog(ask, ({ source }) => findText(source, ask.text, ask.from)),
  /** The next line that may be evidence of a failure. */
  next: (ask: OfFile & { from: number }) => withLog(ask, ({ source }) => nextError(source, ask.from)),
  first: (ask: OfFile & { ignorelist: string[]; failure_reason: string | null }) =>
    withLog(ask, ({ source, isNear }) => firstErrorOf(source, { ...ask, isNear })),
  /** The test cases in the files of a job. */
  tests: ({ places }: { places: Place[] }) => testsIn(places),
  /** The stored bytes of a file, packed or not. */
  async bytes({ places, file, at, length }: OfFile & { at: number; length: number }) {
    const { name, source } = await openLog(places, file, true);
    try {
      return { name, size: source.size, bytes: (await source.read(at, length)) as Uint8Array };
    } finally {
      source.close();
    }
  },
};

/** A kind of question. */
export type Kind = keyof typeof handlers;

/** The parameters of a question. */
export type AskOf<One extends Kind> = Parameters<(typeof handlers)[One]>[0];

/** The answer to a question. */
export type AnswerTo<One extends Kind> = { [Each in Kind]: Awaited<ReturnType<(typeof handlers)[Each]>> }[One];

/** A question as a message to the thread. */
export type Asked = { [One in Kind]: { id: number; kind: One } & AskOf<One> }[Kind];

/** An answer as a message from the thread. */
export type Answered =
  | { id: number; answer: unknown }
  | { id: number; problem: ProblemKind | 'defect'; message: string };

/** Adds to the answer the name of the file, and whether its end is missing because it was not unpacked completely. */
async function withLog<Answer>(
  { places, file }: OfFile,
  read: (log: OpenLog) => Promise<Answer>,
): Promise<Answer & { name: string; cut: boolean }> {
  const log = await openLog(places, file);
  try {
    return { ...(await read(log)), name: log.name, cut: log.cut };
  } finally {
    log.source.close();
  }
}

parentPort?.on('message', async ({ id, kind, ...ask }: Asked) => {
  let answered: Answered;
  try {
    answered = { id, answer: await handlers[kind](ask as never) };
  } catch (error) {
    const { message, stack } = error as Error;
    answered =
      error instanceof ArchiveProblem
        ? { id, problem: error.kind, message }
        : { id, problem: 'defect', message: stack ?? message };
  }
  parentPort?.postMessage(answered);
});
