/** What a finished run contributes to verdicts on later ones, small enough to be stored and read in dozens. */
import { isFailing } from '../compare.ts';
import { facetText, parseFacets } from '../facets.ts';
import type { JobStatus } from '../job.ts';
import type { CauseClass } from '../signature-class.ts';

/** Increases when digests have another form, or the classes of causes change, so that stored ones are made again. */
export const digestVersion = 1;

/** Bounds of what clients can make of a digest: suites have some 30 choices in a description and some hundreds in all. */
const mostFacetsOfJob = 64;
const mostFacets = 20_000;

/** What names a run. `scheduled` is in milliseconds. */
export interface RunHead {
  id: string;
  name: string;
  suite: string;
  branch: string;
  sha1: string | null;
  scheduled: number;
}

/** The finished jobs of a run that did not fail of the lab. As JSON about 45 bytes a job: 22 KB for 500. */
export interface RunDigest {
  run: RunHead;
  facets: string[];
  /** Indexes into `facets`, for each different description. */
  descriptions: number[][];
  /** Ids of causes. */
  causes: string[];
  /** For each job two numbers: its index into `descriptions`, and into `causes` or -1 when it passed. */
  jobs: number[];
}

/** A job as far as verdicts go. In what is kept for later runs a cause that was an outage in this one has class infra. */
export interface DigestJob {
  description: string | null;
  status: JobStatus;
  cause: { id: string; class: CauseClass } | null;
}

/** Takes the jobs of a run one by one, those that do not count included. */
export function createDigest(run: RunHead) {
  const facets = new Map<string, number>();
  const descriptions = new Map<string, { place: number; facets: number[] }>();
  const causes = new Map<string, number>();
  const jobs: number[] = [];
  const describe = (text: string) => {
    const known = descriptions.get(text);
    if (known !== undefined) return known.place;
    const names = parseFacets(text).slice(0, mostFacetsOfJob).map(facetText);
    const counted = names.filter((name) => facets.size < mostFacets || facets.has(name));
    const made = { place: descriptions.size, facets: counted.map((name) => placeOf(facets, name)) };
    descriptions.set(text, made);
    return made.place;
  };
  return {
    add: ({ description, status, cause }: DigestJob): void => {
      const failed = isFailing(status);
      if (failed ? cause === null || cause.class === 'infra' : status !== 'pass') return;
      jobs.push(describe(description ?? ''), failed && cause !== null ? placeOf(causes, cause.id) : -1);
    },
    done: (): RunDigest => ({
      run,
      facets: [...facets.keys()],
      descriptions: [...descriptions.values()].map((one) => one.facets),
      causes: [...causes.keys()],
      jobs,
    }),
  };
}

function placeOf(places: Map<string, number>, name: string): number {
  const place = places.get(name) ?? places.size;
  places.set(name, place);
  return place;
}

/** A digest in the form that is counted in. Jobs are numbers from 0. */
export interface RunIndex {
  run: RunHead;
  jobs: number;
  /** 1 for each job that passed, and how many did. */
  passed: Uint8Array;
  passes: number;
  /** The jobs of each cause, ascending. */
  causes: ReadonlyMap<string, number[]>;
  facets: readonly string[];
  /** Indexes into `facets`, of a job. */
  facetsOf(job: number): readonly number[];
  /** The jobs with a facet, ascending. */
  withFacet(name: string): Int32Array;
}

const none = new Int32Array();

/** Takes about a millisecond for 5,000 jobs. */
export function indexRun({ run, facets, descriptions, causes, jobs }: RunDigest): RunIndex {
  const count = jobs.length / 2;
  const passed = new Uint8Array(count);
  let passes = 0;
  const byCause = causes.map((): number[] => []);
  const ends = new Int32Array(facets.length + 1);
  for (let job = 0; job < count; job++) {
    const cause = jobs[2 * job + 1]!;
    if (cause === -1) {
      passed[job] = 1;
      passes++;
    } else byCause[cause]!.push(job);
    for (const facet of descriptions[jobs[2 * job]!]!) ends[facet + 1]!++;
  }
  for (let facet = 0; facet < facets.length; facet++) ends[facet + 1]! += ends[facet]!;
  const rows = new Int32Array(ends[facets.length]!);
  const next = ends.slice();
  for (let job = 0; job < count; job++) {
    for (const facet of descriptions[jobs[2 * job]!]!) rows[next[facet]!++] = job;
  }
  const places = new Map(facets.map((name, place) => [name, place]));
  return {
    run,
    jobs: count,
    passed,
    passes,
    causes: new Map(causes.map((id, place) => [id, byCause[place]!])),
    facets,
    facetsOf: (job) => descriptions[jobs[2 * job]!]!,
    withFacet: (name) => {
      const place = places.get(name);
      return place === undefined ? none : rows.subarray(ends[place]!, ends[place + 1]!);
    },
  };
}

/** The jobs that have all of some facets, ascending; null stands for every job. */
export function jobsWith(index: RunIndex, facets: readonly string[]): Int32Array | null {
  let found: Int32Array | null = null;
  for (const name of facets) {
    const jobs = index.withFacet(name);
    found = found === null ? jobs : intersection(found, jobs);
  }
  return found;
}

function intersection(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(Math.min(a.length, b.length));
  let [at, inB] = [0, 0];
  for (const job of a) {
    while (inB < b.length && b[inB]! < job) inB++;
    if (b[inB] === job) both[at++] = job;
  }
  return both.subarray(0, at);
}
