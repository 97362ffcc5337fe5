import { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import type { Archive } from '../../archive/archive.ts';
import type { SliceAt } from '../../archive/slices.ts';
import { ArchiveProblem } from '../../archive/source.ts';
import { evidenceKinds } from '../../core/logs/evidence.ts';
import { unreadLogs } from '../../core/logs/first-error.ts';
import { type PlacedJob, packingOf, partsOf } from '../../core/logs/places.ts';
import { findRun, type LatestOf } from '../../store/pages/run-page.ts';
import { knownLog, placedJob } from '../../store/read/excerpts.ts';
import { orThrow, refuse } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { answers, integer, jobPath, latestOf, only, optional, Problem, text } from './schema.ts';

const file = Type.Optional(
  Type.String({ maxLength: 2000, description: 'a file below the folder of the job; default its log' }),
);
/** An offset in a file, in bytes. */
const byte = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

const jobFiles = {
  summary: 'The files of a job in the archive, at most 1,000 per folder',
  params: jobPath,
  querystring: only({ path: optional('a folder below the folder of the job'), ...latestOf }),
  response: answers(
    Type.Object({
      path: text,
      entries: Type.Array(
        Type.Object({ name: text, type: Type.Enum(['file', 'folder']), size: orNull(Type.Integer()) }),
      ),
      /** Whether the folder has more entries. */
      more: Type.Boolean(),
    }),
  ),
};

/** Facts about the file; offsets are in bytes. `cut` means that it is packed and its end is missing or was not unpacked. */
const ofFile = { file: text, cut: Type.Boolean(), size: integer };

/** Consecutive lines, at most 256 KB of JSON. */
const LogSlice = shape('LogSlice', {
  ...ofFile,
  from: integer,
  to: integer,
  /** `line` is the number of the line; null if it is not known. */
  lines: Type.Array(Type.Object({ at: integer, line: orNull(Type.Integer()), text })),
  /** Whether line numbers are still being counted: the same request returns them a moment later. */
  counting: Type.Boolean(),
});
export type LogSlice = Static<typeof LogSlice>;

/** The next matching line: `at` is the byte at which it begins, `next` the byte from which to continue the search; null for none. */
const LogMatch = shape('LogMatch', { ...ofFile, at: orNull(Type.Integer()), next: orNull(Type.Integer()) });
export type LogMatch = Static<typeof LogMatch>;

const jobLog = {
  summary: 'Lines of the log of a job, or the next match of a text in it',
  params: jobPath,
  querystring: only({
    file,
    from: Type.Optional(
      Type.String({
        pattern: '^(?:end|\\d{1,15})$',
        description: 'byte offset of the first line, or end for the last lines',
      }),
    ),
    before: byte('byte offset of the end of the last line'),
    around: byte('byte offset in a line, which is returned with the lines around it'),
    line: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'the number of a line, which is returned with the lines around it',
      }),
    ),
    lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most; default 200' })),
    find: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'a text to search for, starting at the byte "from"' }),
    ),
    next: Type.Optional(Type.Enum(['error'], { description: 'search for the next line that may be an error instead' })),
    ...latestOf,
  }),
  response: answers(Type.Union([LogSlice, LogMatch])),
};

const stream = { schema: Type.Unsafe<unknown>(text) };

const jobLogFile = {
  summary: 'A file of a job, as stored',
  params: jobPath,
  querystring: only({ file, ...latestOf }),
  response: {
    200: { description: 'the file', content: { 'text/plain': stream, 'application/octet-stream': stream } },
    '4xx': Problem,
    '5xx': Problem,
  },
};

/** The error found in the log of a job (core/logs). `byte` is the offset at which it begins. */
const JobExcerpt = shape('JobExcerpt', {
  file: text,
  kind: Type.Enum([...evidenceKinds]),
  error: text,
  byte: orNull(Type.Integer()),
  /** Whether the error is certainly the cause of the failure; otherwise it is the most likely line. */
  sure: Type.Boolean(),
  /** Other possible errors. */
  others: Type.Array(Type.Object({ kind: Type.Enum([...evidenceKinds]), error: text, at: integer })),
  /** The lines around the error, or the last lines of the log. */
  context: text,
  version: integer,
});
export type JobExcerpt = Static<typeof JobExcerpt>;

/** What is known about the log of a job. */
export const knownLogFacts = {
  /** The error found in it; null if it was not read. */
  excerpt: orNull(JobExcerpt),
  /** Why there is no excerpt although the log should have been read. */
  unread: orNull(Type.Enum([...unreadLogs])),
};

const jobExcerpt = {
  summary: 'The first real error in the log of a job, found when the job failed or died',
  params: jobPath,
  querystring: only(latestOf),
  response: answers(Type.Object(knownLogFacts)),
};

/** Bytes of a download that are read at a time. */
const downloaded = 256 << 10;
const usualLines = 200;

/** The `config` of routes that read the archive. */
const archived = { line: 'archive', scope: 'read' } as const;

/** `GET /runs/:run/jobs/:job/files`, `/log`, `/excerpt` and `/log/raw`: the files of a job in the archive. */
export function jobLogRoutes(app: ApiServer, context: ApiContext): void {
  const { archive } = context;

  app.get('/runs/:run/jobs/:job/files', { schema: jobFiles, config: archived }, async ({ params, query }) => {
    const { path = '' } = query;
    const parts = path === '' ? [] : namesIn('path', path);
    const job = await jobOf(context, params, query);
    return { path, ...(await archive.ask('files', job, { path: parts })) };
  });

  app.get('/runs/:run/jobs/:job/log', { schema: jobLog, config: archived }, async ({ params, query }) => {
    const { find, next, from, lines = usualLines } = query;
    const file = fileIn(query.file);
    const elsewhere = [query.before, query.around, query.line].filter((place) => place !== undefined).length;
    if (elsewhere + (from === undefined ? 0 : 1) > 1)
      refuse('from', "only one of the parameters 'from', 'before', 'around' and 'line' can be given");
    const search = find !== undefined ? 'find' : next !== undefined ? 'next' : null;
    if (search !== null && (from === 'end' || elsewhere > 0))
      refuse(search, `parameter '${search}' can only be combined with a numeric 'from'`);
    if (search === 'find' && next !== undefined) refuse('next', "parameter 'next' cannot be combined with 'find'");
    const job = await jobOf(context, params, query);
    if (search !== null) {
      const start = { file, from: Number(from ?? 0) };
      const { name, ...match } =
        find === undefined
          ? await archive.ask('next', job, start)
          : await archive.ask('find', job, { ...start, text: find });
      return { file: name, ...match };
    }
    const { name, ...slice } = await archive.ask('slice', job, { file, at: placeOf(query), count: lines });
    return { file: name, ...slice };
  });

  app.get('/runs/:run/jobs/:job/excerpt', { schema: jobExcerpt, config: ordinary }, async ({ params, query }) => {
    const run = orThrow(await findRun(context.db, params.run, query));
    const { id } = orThrow(await placedJob(context.db, run, params.job));
    return knownLog(context.db, id);
  });

  const raw = { schema: jobLogFile, config: archived, compress: false } as const;
  app.get('/runs/:run/jobs/:job/log/raw', raw, async ({ method, params, query }, reply) => {
    const file = fileIn(query.file);
    const job = await jobOf(context, params, query);
    const first = await archive.ask('bytes', job, { file, at: 0, length: downloaded });
    const name = first.name.slice(first.name.lastIndexOf('/') + 1);
    const type = packingOf(name) === null && /\.(?:log|txt|yaml|err|out)$/.test(name) ? 'text/plain' : null;
    reply
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${job.job_id}-${name}`)}`)
      .type(type === null ? 'application/octet-stream' : `${type}; charset=utf-8`);
    // Fastify would read the whole file in vain.
    if (method === 'HEAD') return reply.send(Readable.from([]));
    return Readable.from(bytesFrom(archive, job, first.name.split('/'), first.bytes), { objectMode: false });
  });
}

interface Place {
  from?: string;
  before?: number;
  around?: number;
  line?: number;
}

function placeOf({ from, before, around, line }: Place): SliceAt | { line: number } {
  if (before !== undefined) return { before };
  if (around !== undefined) return { around };
  if (line !== undefined) return { line };
  return { from: from === 'end' ? from : Number(from ?? 0) };
}

/** Reads a file to its end at the pace of the client. */
async function* bytesFrom(archive: Archive, job: PlacedJob, file: string[], first: Uint8Array) {
  let bytes = first;
  for (let at = 0; bytes.length > 0; ) {
    yield bytes;
    at += bytes.length;
    if (bytes.length < downloaded) return;
    ({ bytes } = await archive.ask('bytes', job, { file, at, length: downloaded }));
  }
}

function fileIn(file: string | undefined): string[] | null {
  return file === undefined ? null : namesIn('file', file);
}

function namesIn(key: string, path: string): string[] {
  return partsOf(path) ?? refuse(key, `parameter '${key}' must be a path below the folder of the job`);
}

async function jobOf(
  { db, archive }: ApiContext,
  { run, job }: { run: string; job: string },
  latest: LatestOf,
): Promise<PlacedJob> {
  const found = orThrow(await placedJob(db, orThrow(await findRun(db, run, latest)), job));
  if (!archive.isOpen()) {
    throw new ArchiveProblem('missing', 'this server has no archive; its operator can set PADDLES_ARCHIVE');
  }
  return found;
}
