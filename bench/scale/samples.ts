/** What the requests ask for: runs, jobs and values from all over a database, so that no answer comes from a cache. */
import type { Engine } from '../engine.ts';
import { jobsInRun, scaleRun } from './plan.ts';

/** A run that is there, with one of its jobs. */
export interface SampleRun {
  id: number;
  name: string;
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  sha1: string;
  flavor: string;
  /** Microseconds. */
  scheduled: number;
  /** Its day, as contracts spell it. */
  day: string;
  job: string;
  description: string;
}

/** Values of one database. */
export interface Samples {
  runs: SampleRun[];
  nodes: string[];
  /** The last one of a series that has ended. */
  nightly: string;
  /** Days before the end of the data, `YYYY-MM-DD`. */
  daysAgo(days: number): string;
}

/** More than the dashboard keeps pages of, and prime, so that steps through them reach all. */
const sampled = 61;

/** Reads samples of a database with `runs` runs of the plan, each of `jobs` jobs. */
export async function readSamples(
  engine: Pick<Engine, 'connect'>,
  url: string,
  runs: number,
  jobs = jobsInRun,
): Promise<Samples> {
  const sql = await engine.connect(url);
  try {
    const found: SampleRun[] = [];
    for (let index = 0; index < sampled; index++) {
      const { name } = scaleRun(Math.floor((index * (runs - 1)) / sampled));
      const [row] = await sql.query(
        `select runs.id, runs.name, runs."user", suite, runs.branch, runs.machine_type, runs.sha1, runs.flavor, scheduled,
           jobs.job_id as job, descriptions.description from runs join jobs on jobs.run_id = runs.id
           left join descriptions on hash = description_hash
         where runs.name = ? order by jobs.id limit 1 offset ?`,
        [name, (index * 7) % Math.floor(0.8 * jobs)],
      );
      const scheduled = Number(row?.scheduled);
      const run = row as unknown as SampleRun;
      found.push({ ...run, id: Number(row?.id), scheduled, day: dayOf(scheduled / 1000) });
    }
    const nodes = (await sql.query('select name from nodes order by name')).map(({ name }) => String(name));
    const end = scaleRun(runs - 1).scheduled.getTime();
    const nightly = scaleRun(runs - 2 - ((runs - 2) % 3)).name;
    return { runs: found, nodes, nightly, daysAgo: (days) => dayOf(end - days * 86_400_000) };
  } finally {
    await sql.close();
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
