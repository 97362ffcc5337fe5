/** Reads the values of the jobs of a run that lists do not show: tasks, roles, and how and by whom they were scheduled. */
import { sql } from 'kysely';
import { roleNames, taskNames } from '../../core/job-config.ts';
import { parseUnlessLong } from '../../core/json-text.ts';
import { inTurns } from '../../core/turns.ts';
import type { Reader } from '../engine/schema.ts';
import { pagesById } from '../engine/transaction.ts';

/** The parts of one job; null or empty if not reported. */
export interface JobParts {
  job_id: string;
  tasks: string[];
  roles: string[];
  machine_type: string | null;
  owner: string | null;
  flavor: string | null;
  priority: number | null;
  teuthology_branch: string | null;
  suite_branch: string | null;
}

/** Jobs read by one statement; and the longest text of tasks, roles or short values that is read, in bytes. */
const jobsAtATime = 100;
const longestText = 64 << 10;

/** Returns the parts of all jobs of a run, in the order in which they were posted. */
export async function partsOfRun(db: Reader, runId: number): Promise<JobParts[]> {
  const parts: JobParts[] = [];
  const ofRun = selectParts(db).where('jobs.run_id', '=', runId);
  for await (const rows of pagesById(jobsAtATime, (after) => ofRun.where('jobs.id', '>', after).execute()))
    for await (const row of inTurns(rows)) parts.push(partsIn(row));
  return parts;
}

type PartsRow = Awaited<ReturnType<ReturnType<typeof selectParts>['execute']>>[number];

function selectParts({ kysely }: Reader) {
  return kysely
    .selectFrom('jobs')
    .leftJoin('job_documents', 'job_documents.id', 'jobs.id')
    .select(['jobs.id', 'jobs.job_id', 'jobs.machine_type', 'jobs.flavor', 'jobs.priority'])
    .select([unlessLong('jobs.small').as('small'), unlessLong('jobs.more').as('more')])
    .select([unlessLong('job_documents.tasks').as('tasks'), unlessLong('job_documents.roles').as('roles')])
    .orderBy('jobs.id')
    .limit(jobsAtATime);
}

function unlessLong(column: string) {
  const value = sql.ref(column);
  return sql<string | null>`case when octet_length(${value}) <= ${sql.lit(longestText)} then ${value} end`;
}

function partsIn({ small, more, tasks, roles, ...row }: PartsRow): JobParts {
  const [short, other] = [small, more].map((text) => parseUnlessLong(text) as Record<string, unknown> | null);
  const { job_id, machine_type, flavor, priority } = row;
  return {
    job_id,
    tasks: taskNames(parseUnlessLong(tasks)),
    roles: roleNames(parseUnlessLong(roles)),
    machine_type,
    flavor,
    priority,
    owner: textOf(short?.owner),
    teuthology_branch: textOf(short?.teuthology_branch),
    suite_branch: textOf(other?.suite_branch),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
