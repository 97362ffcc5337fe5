import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Archive } from '../../archive/archive.ts';
import type { SliceAt } from '../../archive/slices.ts';
import { ArchiveProblem } from '../../archive/source.ts';
import { type PlacedJob, packingOf, partsOf } from '../../core/logs/places.ts';
import { findRun, type LatestOf } from '../../store/pages/run-page.ts';
import { knownLog, placedJob } from '../../store/read/excerpts.ts';
import { sendMessage } from '../errors.ts';
import { orThrow, refuse } from '../refusal.ts';
import { ofArchive, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { jobExcerpt, jobFiles, jobLog, jobLogFile } from './job-log-schema.ts';

/** Bytes of a download that are read at a time. */
const downloaded = 256 << 10;
const usualLines = 200;

/** `GET /runs/:run/jobs/:job/files`, `/log` and `/log/raw`: what the archive has of a job. */
export function jobLogRoutes(app: ApiServer, context: ApiContext): void {
  const { archive } = context;

  app.get('/runs/:run/jobs/:job/files', { schema: jobFiles, config: ofArchive }, async ({ params, query }, reply) => {
    const { path = '' } = query;
    const parts = path === '' ? [] : namesIn('path', path);
    return answered(reply, async () => {
      const job = await jobOf(context, params, query);
      return { path, ...(await archive.ask('files', job, { path: parts })) };
    });
  });

  app.get('/runs/:run/jobs/:job/log', { schema: jobLog, config: ofArchive }, async ({ params, query }, reply) => {
    const { find, next, from, lines = usualLines } = query;
    const file = fileIn(query.file);
    const elsewhere = [query.before, query.around, query.line].filter((place) => place !== undefined).length;
    if (elsewhere + (from === undefined ? 0 : 1) > 1)
      refuse('from', "only one of the parameters 'from', 'before', 'around' and 'line' can be given");
    const search = find !== undefined ? 'find' : next !== undefined ? 'next' : null;
    if (search !== null && (from === 'end' || elsewhere > 0))
      refuse(search, `parameter '${search}' goes with a number 'from' alone`);
    if (search === 'find' && next !== undefined) refuse('next', "parameter 'next' does not go with 'find'");
    return answered(reply, async () => {
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
  });

  app.get('/runs/:run/jobs/:job/excerpt', { schema: jobExcerpt, config: ordinary }, async ({ params, query }) => {
    const run = orThrow(await findRun(context.db, params.run, query));
    const { id } = orThrow(await placedJob(context.db, run, params.job));
    return knownLog(context.db, id);
  });

  const raw = { schema: jobLogFile, config: ofArchive, compress: false } as const;
  app.get('/runs/:run/jobs/:job/log/raw', raw, async ({ method, params, query }, reply) => {
    const file = fileIn(query.file);
    return answered(reply, async () => {
      const job = await jobOf(context, params, query);
      const first = await archive.ask('bytes', job, { file, at: 0, length: downloaded });
      const name = first.name.slice(first.name.lastIndexOf('/') + 1);
      const type = packingOf(name) === null && /\.(?:log|txt|yaml|err|out)$/.test(name) ? 'text/plain' : null;
      reply
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${job.job_id}-${name}`)}`)
        .type(type === null ? 'application/octet-stream' : `${type}; charset=utf-8`);
      // Fastify would read the file to its end for nothing.
      if (method === 'HEAD') return reply.send(Readable.from([]));
      return Readable.from(bytesFrom(archive, job, first.name.split('/'), first.bytes), { objectMode: false });
    });
  });
}

type Place = Record<'before' | 'around' | 'line', number | undefined> & { from: string | undefined };

function placeOf({ from, before, around, line }: Partial<Place>): SliceAt | { line: number } {
  if (before !== undefined) return { before };
  if (around !== undefined) return { around };
  if (line !== undefined) return { line };
  return { from: from === 'end' ? from : Number(from ?? 0) };
}

/** A file to its end, read while the client takes it. */
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
  if (!archive.isOpen()) throw new ArchiveProblem('missing', noArchive);
  return found;
}

const noArchive = 'this server reads no archive; its operator can set PADDLES_ARCHIVE';

const statuses = { missing: 404, refused: 400, away: 503 } as const;

async function answered<Answer>(reply: FastifyReply, ask: () => Promise<Answer>): Promise<Answer | FastifyReply> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ArchiveProblem)) throw error;
    if (error.kind === 'away') reply.header('retry-after', '30');
    return sendMessage(reply, statuses[error.kind], error.message);
  }
}
