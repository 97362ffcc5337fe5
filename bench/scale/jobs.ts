/** What workers report of the jobs of a run: a POST when it is queued, a PUT when it starts, a PUT when it ends. */
import { drawSize, type JobDocument, jobDocument, targets } from '../../demo/documents.ts';
import { type Failure, failureOf } from '../../demo/failures.ts';
import { chance, createRandom, hex, int, type Random, sample } from '../../demo/random.ts';
import { type JobShape, jobShape } from '../../demo/shapes.ts';
import { labMachines, type ScaleRun } from './plan.ts';

/** One request about a job: the keys of its body with the JSON text of their values. */
export interface Report {
  kind: 'create' | 'change';
  job_id: string;
  /** When it arrives, in milliseconds since the epoch. */
  at: number;
  texts: Map<string, string>;
}

const seed = 1;
const failing = 0.05;
const bulky: readonly string[] = ['kernel', 'roles', 'overrides', 'tasks'];
/** Different settings and tasks of a suite: to make them takes longer than everything else. */
const bodiesOfSuite = 64;
// As long as what takes their place, so that a document has the size that was asked for.
const [sha1Mark, branchMark] = ['@'.repeat(40), '@branch@'];

/** Makes reports with documents of `documentBytes` bytes in the mean; it keeps what the jobs of a suite have in common. */
export function reporter(documentBytes: number): (run: ScaleRun, live: boolean) => Report[] {
  const bodies = new Map<string, [string, string][]>();
  const bodyOf = (suite: string, index: number) => {
    const key = `${suite} ${index}`;
    const known = bodies.get(key) ?? body(suite, index, documentBytes);
    bodies.set(key, known);
    return known;
  };
  return (run, live) => {
    const common = commonKeys(run);
    const reports: Report[] = [];
    for (let index = 0; index < run.jobs; index++) {
      const job = jobFacts(run, index, live);
      const fields = filledIn(bodyOf(run.suite, index % bodiesOfSuite), run);
      reports.push(...jobReports(run, job, common, fields));
    }
    // As they arrive: what a run shows last is what was reported last.
    return reports.sort((a, b) => a.at - b.at);
  };
}

/** The bulky keys of a job but its roles, the same in every run but for the build. */
function body(suite: string, index: number, documentBytes: number): [string, string][] {
  const random = createRandom('scale document', suite, index);
  const bytes = Math.round((drawSize(random) * documentBytes) / 8192);
  const shape = jobShape(seed, suite, index, 'usual');
  const document = jobDocument(random, { suite, shape, sha1: sha1Mark, branch: branchMark, nodes: [], bytes });
  return bulky.filter((key) => key !== 'roles').map((key) => [key, JSON.stringify(document[key])]);
}

function filledIn(fields: [string, string][], { sha1, branch }: ScaleRun): [string, string][] {
  return fields.map(([key, text]) => [key, text.replaceAll(sha1Mark, sha1).replaceAll(branchMark, branch)]);
}

/** The small keys that all jobs of a run have in common. */
function commonKeys(run: ScaleRun): JobDocument {
  const random = createRandom('scale common', run.number);
  const shape = jobShape(seed, run.suite, 0, 'usual');
  const facts = { ...run, job_id: '', shape, nodes: [], subset: `${(run.number % 120) + 1}/120`, bytes: 0 };
  const document = jobDocument(random, { ...facts, seed: 1000 + run.number });
  for (const key of bulky) delete document[key];
  return document;
}

interface JobFacts {
  job_id: string;
  random: Random;
  shape: JobShape;
  nodes: string[];
  queued: number;
  started: number | null;
  ended: number | null;
  status: 'running' | 'waiting';
  failure: Failure | null;
}

function jobFacts(run: ScaleRun, index: number, live: boolean): JobFacts {
  const job_id = String(1_000_000 + run.number * 600 + index);
  const random = createRandom('scale job', run.number, index);
  const shape = jobShape(seed, run.suite, index, String(run.number));
  const nodes = sample(random, labMachines[run.machine_type]!, shape.roles.length);
  const scheduled = run.scheduled.getTime();
  const queued = scheduled + index * 150 + int(random, 0, 99);
  const seconds = 400 + 2_200 * Math.exp((random() + random() + random() - 1.5) * 1.4);
  const started = queued + 60_000 + Math.floor(index * 18_000 * random());
  const at = started + Math.floor(seconds * 1000);
  // A lab reimages the machine that a job names first: a run without the broken one would never see it.
  const night = run.number % 21;
  const failure = chance(random, failing) ? fails({ ...run, night, random, shape, nodes, at: new Date(at) }) : null;
  const done = !live || index < run.jobs * 0.4;
  const begun = done || index < run.jobs * 0.6 + 2;
  const status = done || index < run.jobs * 0.6 ? 'running' : 'waiting';
  return {
    job_id,
    random,
    shape,
    nodes,
    queued,
    started: begun ? started : null,
    ended: done ? at : null,
    status,
    failure,
  };
}

/** The first cause that hits: causes come as often among failures as they do in the demo. */
function fails(context: Parameters<typeof failureOf>[1]): Failure {
  for (let attempt = 0; attempt < 200; attempt++) {
    const failure = failureOf(seed, context);
    if (failure) return failure;
  }
  return { cause: 'timeout', dead: true, reason: 'hit max job timeout' };
}

function jobReports(run: ScaleRun, job: JobFacts, common: JobDocument, fields: [string, string][]): Report[] {
  const { job_id, shape, queued, started, ended } = job;
  const own = {
    ...common,
    job_id,
    archive_path: `${common.archive_path}${job_id}`,
    description: shape.description,
    os_type: shape.os.os_type,
    os_version: shape.os.os_version,
    status: 'queued',
  };
  const posted: Report = { kind: 'create', job_id, at: queued, ...encoded(own) };
  posted.texts.set('roles', JSON.stringify(shape.roles));
  for (const [key, text] of fields) posted.texts.set(key, text);
  const reports = [posted];
  const machines = { targets: targets(job.nodes) };
  if (started !== null) reports.push(change(job_id, started, { ...machines, status: job.status }));
  if (ended !== null) reports.push(change(job_id, ended, { ...machines, ...summary(run, job, ended) }));
  return reports;
}

function change(job_id: string, at: number, values: JobDocument): Report {
  return { kind: 'change', job_id, at, ...encoded(values) };
}

function encoded(values: JobDocument): Pick<Report, 'texts'> {
  return { texts: new Map(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)])) };
}

/** What is put when a job has ended, as teuthology does. */
function summary(run: ScaleRun, { random, shape, failure, started }: JobFacts, ended: number): JobDocument {
  const status = failure ? (failure.dead ? 'dead' : 'fail') : 'pass';
  const kernel = hex(createRandom('kernel', shape.os.os_version), 40);
  return {
    success: failure === null,
    status,
    duration: (ended - (started ?? ended)) / 1000,
    description: shape.description,
    flavor: run.flavor,
    owner: `scheduled_${run.user}@teuthology`,
    'mon.a_kernel_sha1': kernel,
    pid: int(random, 2_000, 65_000),
    updated: new Date(ended).toISOString().slice(0, 19).replace('T', ' '),
    ...(failure && failure.reason !== null && { failure_reason: failure.reason }),
    ...(failure &&
      !failure.dead && { sentry_event: `https://sentry.ceph.com/organizations/ceph/?query=${hex(random, 32)}` }),
  };
}
