/** How the jobs of nodes ended, counted from their links: the jobs themselves are read only where it has to be. */
import { type JobCounts, noJobs } from '../../core/run.ts';
import type { Reader } from '../reader.ts';
import { nextTurn } from '../reader.ts';
import { firstIdAfter, lastIdBefore } from './job-times.ts';

/** Which jobs count: those posted after `since` (microseconds), of one node or of all, of some machine types or of any. */
export interface CountedJobs {
  since: number;
  nodeId?: number | undefined;
  /** What the job says, not the node. */
  machineTypes?: string[] | undefined;
}

/** Ids to go through at a time. SQLite counts while everybody waits: 10,000 jobs take it 6 ms, and 15 when it has to read them. */
const idsAtATime = 10_000;

/** The counts by the internal id of the node; nodes without such jobs are left out. */
export async function countsByNode(db: Reader, counted: CountedJobs): Promise<Map<number, JobCounts>> {
  const counts = new Map<number, JobCounts>();
  const first = await firstIdAfter(db, counted.since);
  const last = await db.kysely
    .selectFrom('jobs')
    .select(({ fn }) => fn.max<number | null>('id').as('id'))
    .executeTakeFirst();
  if (first === null || !last || last.id === null) return counts;
  // From here on every job was posted after `since`, whatever its id.
  const certain = (await lastIdBefore(db, counted.since + 1)) ?? last.id;
  const add = async (from: number, to: number, compareTimes: boolean) => {
    for (const { node_id, status, count } of await countLinks(db, counted, { from, to, compareTimes })) {
      const known = counts.get(node_id) ?? noJobs();
      known[status] += Number(count);
      counts.set(node_id, known);
    }
    await nextTurn();
  };
  for (let from = first; from <= last.id; ) {
    const compareTimes = from <= certain;
    const to = Math.min(from + idsAtATime - 1, compareTimes ? certain : last.id);
    await add(from, to, compareTimes);
    from = to + 1;
  }
  return counts;
}

/** Some of the links, by the internal ids of their jobs. */
interface Links {
  from: number;
  to: number;
  /** Whether some of the jobs may have been posted before `since`. */
  compareTimes: boolean;
}

async function countLinks(db: Reader, { since, nodeId, machineTypes }: CountedJobs, { from, to, compareTimes }: Links) {
  let query = db.kysely
    .selectFrom('job_nodes')
    .select(({ fn }) => ['job_nodes.node_id', 'job_nodes.status', fn.countAll<number>().as('count')])
    .where('job_nodes.job_id', '>=', from)
    .where('job_nodes.job_id', '<=', to)
    .groupBy(['job_nodes.node_id', 'job_nodes.status']);
  if (nodeId !== undefined) query = query.where('job_nodes.node_id', '=', nodeId);
  if (!compareTimes && !machineTypes) return await query.execute();
  let joined = query.innerJoin('jobs', 'jobs.id', 'job_nodes.job_id');
  if (compareTimes) joined = joined.where('jobs.posted', '>', since);
  if (machineTypes) joined = joined.where('jobs.machine_type', 'in', machineTypes);
  return await joined.execute();
}
