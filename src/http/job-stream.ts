import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Jobs without their documents in a page: they are a twentieth of the size. */
export const smallJobsAtATime = 1000;

/** A list of jobs that is read by pages and sent as JSON text. */
export interface JobStream<Job> {
  /** At most `limit` jobs after a job, or from the start. */
  page: (after: Job | undefined, limit: number) => Promise<Job[]>;
  /** The JSON text of one job. */
  print: (job: Job) => string;
  /** The most jobs to send; all when absent. */
  total?: number | undefined;
  /** Jobs in a page. */
  atATime: number;
  /** Called when there is no job at all: may answer something else than an empty list. */
  onEmpty?: () => Promise<FastifyReply | null>;
  /** What stands before and after the jobs. */
  prefix?: string;
  suffix?: string;
  contentType: string;
}

/** Some jobs of a list, and how many may still come: 0 when these are the last. */
interface Part<Job> {
  jobs: Job[];
  left: number;
}

/**
 * Sends a list of jobs. A short one leaves in one piece; a longer one is read and sent by pages, as fast as the client
 * takes it, so that neither memory nor the event loop depends on how long it is.
 */
export async function sendJobStream<Job>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: JobStream<Job>,
): Promise<FastifyReply> {
  const { print, total = Number.MAX_SAFE_INTEGER, onEmpty, prefix = '[', suffix = ']', contentType } = stream;
  const first = await readPart(stream, undefined, total);
  const instead = first.jobs.length === 0 && onEmpty ? await onEmpty() : null;
  if (instead) return instead;
  reply.type(contentType);
  if (first.left === 0) return reply.send(Buffer.from(prefix + first.jobs.map(print).join(',') + suffix));
  return reply.send(Readable.from(request.method === 'HEAD' ? [] : chunksOf(stream, first), { objectMode: false }));
}

/** Asks for one job more than it takes, which tells whether there are more. */
async function readPart<Job>(
  { page, atATime }: JobStream<Job>,
  after: Job | undefined,
  left: number,
): Promise<Part<Job>> {
  const limit = Math.min(left, atATime);
  const jobs = limit === 0 ? [] : await page(after, limit + 1);
  return jobs.length > limit ? { jobs: jobs.slice(0, limit), left: left - limit } : { jobs, left: 0 };
}

async function* chunksOf<Job>(stream: JobStream<Job>, first: Part<Job>): AsyncGenerator<Buffer> {
  let separator = stream.prefix ?? '[';
  for (let part = first; part.jobs.length > 0; ) {
    const { jobs, left } = part;
    // Asked for before this page is sent: the database works while the socket does. But first other requests get their
    // turn: SQLite answers at once and a local socket takes everything, so that the whole list (measured: 600 ms of it)
    // would be one chain of microtasks.
    const next: Promise<Part<Job>> =
      left === 0 ? Promise.resolve({ jobs: [], left }) : nextTurn().then(() => readPart(stream, jobs.at(-1), left));
    // A client that leaves in the meantime must not turn a lost database into an unhandled rejection.
    next.catch(() => {});
    yield Buffer.from(separator + jobs.map(stream.print).join(','));
    separator = ',';
    part = await next;
  }
  yield Buffer.from(stream.suffix ?? ']');
}
