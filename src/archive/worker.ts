/** A thread that reads archives: a file system that hangs, or a file of any size, keeps nobody else waiting. */
import { parentPort } from 'node:worker_threads';
import { findText } from './find.ts';
import { firstErrorOf, nextError } from './first-error.ts';
import { testsIn } from './job-tests.ts';
import { byteOfLine, numbered } from './line-index.ts';
import { listFiles, openLog } from './open.ts';
import type { Answered, Asked, Kind, Questions } from './protocol.ts';
import { sliceOf } from './slices.ts';
import { ArchiveProblem } from './source.ts';

type Handler<One extends Kind> = (ask: Questions[One]['ask']) => Promise<Questions[One]['answer']>;

const handlers: { [One in Kind]: Handler<One> } = {
  files: ({ places, path }) => listFiles(places, path),
  slice: (ask) =>
    withLog(ask, async (log) => {
      const at = 'line' in ask.at ? { around: await byteOfLine(log, ask.at.line) } : ask.at;
      return numbered(log, await sliceOf(log.source, at, ask.count));
    }),
  find: (ask) => withLog(ask, ({ source }) => findText(source, ask.text, ask.from)),
  next: (ask) => withLog(ask, ({ source }) => nextError(source, ask.from)),
  first: (ask) => withLog(ask, ({ source, isNear }) => firstErrorOf(source, { ...ask, isNear })),
  tests: ({ places }) => testsIn(places),
  async bytes({ places, file, at, length }) {
    const { name, source } = await openLog(places, file, true);
    try {
      return { name, size: source.size, bytes: await source.read(at, length) };
    } finally {
      source.close();
    }
  },
};

type OpenedLog = Awaited<ReturnType<typeof openLog>>;

async function withLog<Answer>(
  { places, file }: Pick<Questions['slice']['ask'], 'places' | 'file'>,
  read: (log: OpenedLog) => Promise<Answer>,
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
    answered = { id, answer: await (handlers[kind] as Handler<Kind>)(ask as Questions[Kind]['ask']) };
  } catch (error) {
    const problem = error instanceof ArchiveProblem ? error.kind : 'defect';
    answered = { id, problem, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    if (error instanceof ArchiveProblem) answered.message = error.message;
  }
  parentPort?.postMessage(answered);
});
