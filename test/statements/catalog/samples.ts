/** The runs, jobs and values that the requests ask for. They are spread over the whole database, so that no answer comes from a cache. */

/** An existing run and one of its jobs. */
export interface SampleRun {
  name: string;
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  sha1: string;
  flavor: string;
  /** Its day in the format of the contracts. */
  day: string;
  job: string;
  description: string;
}

/** The sampled values of a database. */
export interface Samples {
  runs: SampleRun[];
  nodes: string[];
  /** The newest finished run of a series. */
  nightly: string;
  /** Internal ids of runs. */
  ids: number[];
  /** The id of a cause of one of its jobs. */
  cause: string;
  /** The cursor of the second page of the dashboard's list. */
  next: string;
  /** Days before today, `YYYY-MM-DD`. */
  daysAgo(days: number): string;
}

/** The number of samples. It is prime, so that stepping through them reaches all. */
const sampled = 61;

/** Reads samples through the API. `get` returns the JSON at a path of the teuthology contract. */
export async function readSamples(get: (path: string) => Promise<unknown>): Promise<Samples> {
  const all = (await get('/runs/?count=1000000')) as (SampleRun & { scheduled: string; status: string })[];
  const ended = all.filter(({ status, sha1 }) => status.startsWith('finished') && sha1 !== null).reverse();
  const runs: SampleRun[] = [];
  for (let index = 0; index < sampled; index++) {
    const run = ended[Math.floor((index * ended.length) / sampled)]!;
    const path = `/runs/${encodeURIComponent(run.name)}/jobs/?fields=job_id,description`;
    const jobs = (await get(path)) as { job_id: string; description: string }[];
    const { job_id: job, description } = jobs[(index * 7) % jobs.length]!;
    runs.push({ ...run, day: run.scheduled.slice(0, 10), job, description });
  }
  const nodes = ((await get('/nodes/?fields=name')) as { name: string }[]).map(({ name }) => name).sort();
  const nightly = ended.findLast(({ suite, branch }) => suite === 'rados' && branch === 'main')!.name;
  const page = (await get('/api/runs?limit=20')) as { next: string; runs: { id: number }[] };
  const found = (await get(`/api/runs/${encodeURIComponent(nightly)}/jobs?q=s:fail`)) as {
    jobs: { signature: { id: string } }[];
  };
  const cause = found.jobs[0]?.signature.id ?? '';
  return {
    runs,
    nodes,
    nightly,
    ids: page.runs.map(({ id }) => id),
    cause,
    next: page.next,
    daysAgo: (days) => dayOf(Date.now() - days * 86_400_000),
  };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
