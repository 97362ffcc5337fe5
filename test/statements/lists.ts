/** Compares lists of jobs with a search through all jobs. */
import type { FastifyInstance } from 'fastify';
import type { Db } from '../../src/store/db.ts';
import type { Filled } from './filled.ts';

/** The path of a list, and the jobs that it must contain, in order. */
export interface ExpectedList {
  path: string;
  jobs: string[];
}

/** A status that most jobs have, rare ones, and one that no job has. */
const statuses = ['pass', 'dead', 'queued', 'unknown'];

type StoredJob = Awaited<ReturnType<typeof storedJobs>>[number];

/** Lists with one, two and three conditions, of all jobs and of a node, each with its first page and a late one. */
export async function expectedLists({ db, samples }: Filled): Promise<ExpectedList[]> {
  const jobs = await storedJobs(db);
  const { branch, user, sha1, name, description } = samples.runs[40]!;
  const node = samples.nodes[9]!;
  const ofNode = await jobsOfNode(db, node);
  const conditions: [string, (job: StoredJob) => boolean][] = [
    ...statuses.map((status): [string, (job: StoredJob) => boolean] => [
      `status=${status}`,
      (job) => job.status === status,
    ]),
    [`branch=${encodeURIComponent(branch)}`, (job) => job.branch === branch],
    ['branch=main', (job) => job.branch === 'main'],
    [`user=${user}`, (job) => job.user === user],
    ['user=teuthology', (job) => job.user === 'teuthology'],
    [`sha1=${sha1}`, (job) => job.sha1 === sha1],
    ['description=rados', (job) => job.description?.includes('rados') ?? false],
    [`description=${encodeURIComponent(description)}`, (job) => job.description?.includes(description) ?? false],
  ];
  const all: [string, (job: StoredJob) => boolean][] = conditions.flatMap(([text, test], index) => [
    [text, test],
    ...conditions.slice(index + 1).flatMap(([other, alsoTest]): [string, (job: StoredJob) => boolean][] =>
      // A repeated key would be refused.
      other.split('=')[0] === text.split('=')[0] ? [] : [[`${text}&${other}`, (job) => test(job) && alsoTest(job)]],
    ),
  ]);
  const ofAll = all.flatMap(([query, test]) => pagesOf(`/jobs/?${query}`, jobs.filter(test)));
  const linked = jobs.filter(({ id }) => ofNode.has(id));
  const named = `name=${encodeURIComponent(name)}`;
  const nodeLists = statuses.flatMap((status) => [
    ...pagesOf(
      `/nodes/${node}/jobs/?status=${status}`,
      linked.filter((job) => job.status === status),
    ),
    ...pagesOf(
      `/nodes/${node}/jobs/?status=${status}&${named}`,
      linked.filter((job) => job.status === status && job.name === name),
    ),
  ]);
  const far = pagesOf('/jobs/?', jobs, [3000]);
  return [
    ...ofAll,
    ...far,
    ...nodeLists,
    ...pagesOf(
      `/nodes/${node}/jobs/?${named}`,
      linked.filter((job) => job.name === name),
    ),
  ];
}

function pagesOf(path: string, jobs: StoredJob[], pages = [1, 2, 150]): ExpectedList[] {
  return pages.map((page) => ({
    path: `${path}&count=10&page=${page}`,
    jobs: jobs.slice(10 * (page - 1), 10 * page).map(({ name, job_id }) => `${name} ${job_id}`),
  }));
}

function storedJobs({ kysely }: Db) {
  return kysely
    .selectFrom('jobs')
    .leftJoin('descriptions', 'hash', 'description_hash')
    .select(['id', 'job_id', 'name', 'status', 'branch', 'user', 'sha1', 'description'])
    .orderBy('posted', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

async function jobsOfNode({ kysely }: Db, name: string): Promise<Set<number>> {
  const rows = await kysely
    .selectFrom('job_nodes')
    .innerJoin('nodes', 'nodes.id', 'job_nodes.node_id')
    .select('job_nodes.job_id')
    .where('nodes.name', '=', name)
    .execute();
  return new Set(rows.map(({ job_id }) => job_id));
}

/** Reads the jobs of a list in the form of `ExpectedList`. */
export async function answeredJobs(app: FastifyInstance, path: string): Promise<string[]> {
  const answer = await app.inject({ url: path, headers: { host: 'paddles' } });
  return answer.json<{ name: string; job_id: string }[]>().map(({ name, job_id }) => `${name} ${job_id}`);
}
