import type { FastifyReply, FastifyRequest } from 'fastify';
import { type JobFilter, type JobOrder, listJobs } from '../../store/read/job-list.ts';
import { type JobHead, jobsOfHeads, type PartialJob } from '../../store/read/jobs.ts';
import type { Page } from '../../store/read/runs.ts';
import { type ListStream, sendListStream } from '../list-stream.ts';
import { jsonType } from './answers.ts';
import type { TeuthologyContext } from './context.ts';
import { type JobPrinter, wholeJob } from './job-shapes.ts';

/** Which jobs a list shows, and how: whole and the newest first unless it says otherwise. */
interface JobList extends Pick<ListStream<JobHead, PartialJob>, 'onEmpty' | 'prefix' | 'suffix'> {
  filter: JobFilter;
  printer?: JobPrinter;
  order?: JobOrder;
  /** All when absent. */
  part?: Page;
}

/** Jobs in a page of a list, if they are short: 500 take SQLite some five milliseconds. */
const jobsAtATime = 500;

/** Sends a list of jobs as this contract prints them. */
export function sendJobList(
  context: TeuthologyContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, printer = wholeJob, order = 'newest', part, ...rest }: JobList,
): Promise<FastifyReply> {
  const { db, baseOf } = context;
  const base = baseOf(request);
  const { columns } = printer;
  return sendListStream<JobHead, PartialJob>(request, reply, {
    entries: (after, limit) =>
      listJobs(db, { filter, columns, order, limit, offset: after ? 0 : (part?.offset ?? 0), after }),
    bytes: ({ bytes }) => bytes,
    load: (heads) => jobsOfHeads(db, heads, columns),
    print: (job) => printer.print(job, base, context),
    total: part?.limit,
    atATime: jobsAtATime,
    contentType: jsonType,
    ...rest,
  });
}
