import type { FastifyReply, FastifyRequest } from 'fastify';
import { documentFields } from '../../core/job.ts';
import { type JobFilter, type JobOrder, listJobs } from '../../store/read/job-list.ts';
import { jobPages, type PartialJob } from '../../store/read/jobs.ts';
import { isCut, withLongValues } from '../../store/read/long-values.ts';
import type { Page } from '../../store/read/runs.ts';
import { type ListStream, sendListStream, smallJobsAtATime } from '../list-stream.ts';
import { jsonType } from './answers.ts';
import type { TeuthologyContext } from './context.ts';
import { type JobPrinter, wholeJob } from './job-shapes.ts';

/** Which jobs a list shows, and how: whole and the newest first unless it says otherwise. */
export interface JobList extends Pick<ListStream<PartialJob>, 'onEmpty' | 'prefix' | 'suffix'> {
  filter: JobFilter;
  printer?: JobPrinter;
  order?: JobOrder;
  /** All when absent. */
  part?: Page;
}

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
  const bulky = documentFields.some((field) => columns.includes(field));
  return sendListStream<PartialJob>(request, reply, {
    page: (after, limit) =>
      listJobs(db, { filter, columns, order, limit, offset: after ? 0 : (part?.offset ?? 0), after, short: true }),
    complete: (job) => (isCut(job) ? withLongValues(db, job) : null),
    print: (job) => printer.print(job, base, context),
    total: part?.limit,
    ...(bulky ? jobPages(db.engine) : { atATime: smallJobsAtATime }),
    contentType: jsonType,
    ...rest,
  });
}
