/** A thread that reads archives: a file system that hangs, or a file of any size, keeps nobody else waiting. */
import { parentPort } from 'node:worker_threads';
import { firstErrorOf, nextError } from './first-error.ts';
import { testsIn } from './job-tests.ts';
import { byteOfLine, numbered } from './line-index.ts';
import { listFiles, type OpenLog, openLog, type Place } from './open.ts';
import { findText, type SliceAt, sliceOf } from './slices.ts';
import { ArchiveProblem, type ProblemKind } from './source.ts';

/** A file: names from the folder of the job on, null for its log. */
interface OfFile {
  places: Place[];
  file: string[] | null;
}

/** What each question asks, and how it is answered. */
const handlers = {
  files: ({ places, path }: { places: Place[]; path: string[] }) => listFiles(places, path),
  /** Lines that follow each other; `line` asks for those around the line of a number. */
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
  /** Bytes as they are stored, packed or not. */
  async bytes({ places, file, at, length }: OfFile & { at: number; length: number }) {
    const { name, source } = await openLog(places, file, true);
    try {
      return { name, size: source.size, bytes: (await source.read(at, length)) as Uint8Array };
    } finally {
      source.close();
    }
  },
};

/** The name of a question. */
export type Kind = keyof typeof handlers;

/** What a question asks. */
export type AskOf<One extends Kind> = Parameters<(typeof handlers)[One]>[0];

/** How it is answered. */
export type AnswerTo<One extends Kind> = { [Each in Kind]: Awaited<ReturnType<(typeof handlers)[Each]>> }[One];

/** A question on its way. */
export type Asked = { [One in Kind]: { id: number; kind: One } & AskOf<One> }[Kind];

/** An answer on its way. */
export type Answered =
  | { id: number; answer: unknown }
  | { id: number; problem: ProblemKind | 'defect'; message: string };

/** The answer also says which file it was, and whether its end is missing because it was not unpacked. */
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
