import { type Static, Type } from 'typebox';
import { evidenceKinds } from '../../core/logs/evidence.ts';
import { unreadLogs } from '../../core/logs/first-error.ts';
import { shape } from '../operations.ts';
import { answers, integer, latestOf, optional, Problem, query, text } from './schema.ts';

const params = Type.Object({
  run: Type.String({ description: 'name of the run' }),
  job: Type.String({ description: 'id of the job' }),
});
const file = Type.Optional(
  Type.String({ maxLength: 2000, description: 'a file below the folder of the job; its log when it is missing' }),
);
/** A place in a file, in bytes. */
const byte = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

/** `GET /api/runs/{run}/jobs/{job}/files`. */
export const jobFiles = {
  summary: 'The files of a job in the archive, at most 1,000 of a folder',
  params,
  querystring: query({ path: optional('a folder below that of the job'), ...latestOf }),
  response: answers(
    Type.Object({
      path: text,
      entries: Type.Array(
        Type.Object({
          name: text,
          type: Type.Enum(['file', 'folder']),
          size: Type.Union([Type.Integer(), Type.Null()]),
        }),
      ),
      /** Whether the folder has more of them. */
      more: Type.Boolean(),
    }),
  ),
};

/** What is said of the file; places in bytes. `cut`: it is packed, and its end is missing or was not unpacked. */
const ofFile = { file: text, cut: Type.Boolean(), size: integer };

/** Lines that follow each other, at most 256 KB of JSON. */
export const LogSlice = shape('LogSlice', {
  ...ofFile,
  from: integer,
  to: integer,
  /** `line` is the number of the line, null when it is not known. */
  lines: Type.Array(Type.Object({ at: integer, line: Type.Union([Type.Integer(), Type.Null()]), text })),
  /** Whether numbers of lines are not known yet: the same question is answered with them a moment later. */
  counting: Type.Boolean(),
});
export type LogSlice = Static<typeof LogSlice>;

/** The next line with a text: the byte that it begins at, and where the search goes on; null for none. */
export const LogMatch = shape('LogMatch', {
  ...ofFile,
  at: Type.Union([Type.Integer(), Type.Null()]),
  next: Type.Union([Type.Integer(), Type.Null()]),
});
export type LogMatch = Static<typeof LogMatch>;

/** `GET /api/runs/{run}/jobs/{job}/log`. */
export const jobLog = {
  summary: 'Some lines of the log of a job, or the next place of a text in it',
  params,
  querystring: query({
    file,
    from: Type.Optional(
      Type.String({
        pattern: '^(?:end|\\d{1,15})$',
        description: 'the byte of the first line, or end for the last lines',
      }),
    ),
    before: byte('the byte behind the last line'),
    around: byte('a byte in a line, which is shown with those around it'),
    line: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'the number of a line, which is shown with those around it',
      }),
    ),
    lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most; 200' })),
    find: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'a text to look for, from the byte "from" on' }),
    ),
    next: Type.Optional(Type.Enum(['error'], { description: 'look for the next line that may be an error instead' })),
    ...latestOf,
  }),
  response: answers(Type.Union([LogSlice, LogMatch])),
};

const stream = { schema: Type.Unsafe<unknown>(text) };

/** `GET /api/runs/{run}/jobs/{job}/log/raw`. */
export const jobLogFile = {
  summary: 'A file of a job as it is stored',
  params,
  querystring: query({ file, ...latestOf }),
  response: {
    200: { description: 'the file', content: { 'text/plain': stream, 'application/octet-stream': stream } },
    '4xx': Problem,
    '5xx': Problem,
  },
};

/** What the log of a job said (core/logs); `byte` is where the error begins. */
export const JobExcerpt = shape('JobExcerpt', {
  file: text,
  kind: Type.Enum([...evidenceKinds]),
  error: text,
  byte: Type.Union([Type.Integer(), Type.Null()]),
  /** Whether the error is what failed; otherwise it is the likeliest line. */
  sure: Type.Boolean(),
  /** What else may have failed. */
  others: Type.Array(Type.Object({ kind: Type.Enum([...evidenceKinds]), error: text, at: integer })),
  /** Lines around the error, or the last ones of the log. */
  context: text,
  version: integer,
});
export type JobExcerpt = Static<typeof JobExcerpt>;

/** What is known of the log of a job. */
export const knownLog = {
  /** What it said; null when it was not read. */
  excerpt: Type.Union([JobExcerpt, Type.Null()]),
  /** Why there is no excerpt of a log that was asked for. */
  unread: Type.Union([Type.Enum([...unreadLogs]), Type.Null()]),
};

/** `GET /api/runs/{run}/jobs/{job}/excerpt`. */
export const jobExcerpt = {
  summary: 'The first real error of the log of a job, as the server read it when the job ended badly',
  params,
  querystring: query(latestOf),
  response: answers(Type.Object(knownLog)),
};
