/** What a finished run contributes to verdicts on later runs, small enough to store and to read dozens at a time. */
import { isFailing } from '../compare.ts';
import { facetText, parseFacets } from '../facets.ts';
import type { JobStatus } from '../job.ts';
import type { CauseClass } from '../signature-class.ts';

/** Increase this when the format of digests or the classes of causes change, so that stored digests are rebuilt. */
export const digestVersion = 3;

/** Limits on digests, whose content clients control. Suites have about 30 facets in a description and several hundred in all. */
const mostFacetsOfJob = 64;
const mostFacets = 20_000;
/** No run has this many jobs or failed test cases. The numbers of jobs, facets and causes must fit in 16 bits. */
const mostJobs = 40_000;
const mostFurther = 25_000;

/** Identifies a run. `scheduled` is in milliseconds. */
export interface RunHead {
  id: string;
  name: string;
  suite: string;
  branch: string;
  sha1: string | null;
  scheduled: number;
}

/** The finished jobs of a run except those that failed only because of the lab; about 60 bytes for each job. Jobs are numbered from 0. */
export interface RunDigest {
  run: RunHead;
  facets: string[];
  /** The number of jobs with each facet. */
  counts: Uint16Array;
  /** The jobs with the first facet, ascending, then those with the second, and so on. */
  rows: Uint16Array;
  /** Ids of causes. */
  causes: string[];
  /** For each job, 0 if it passed, otherwise 1 + the index of its first cause. */
  ends: Uint16Array;
  /** For each further cause of a job, in ascending order of jobs: the job and the index of the cause. */
  further: Uint16Array;
}

/** The properties of a job that matter for verdicts. In stored digests, a cause that was an outage in this run has class infra. */
interface DigestJob {
  description: string | null;
  status: JobStatus;
  causes: readonly { id: string; class: CauseClass }[];
}

/** Builds a digest from the jobs of a run, which are added one by one. Jobs that do not count are skipped. */
export function createDigest(run: RunHead) {
  const facets = new Map<string, number>();
  const descriptions = new Map<string, number[]>();
  const causes = new Map<string, number>();
  const withFacet: number[][] = [];
  const ends: number[] = [];
  const further: number[] = [];
  const describe = (text: string) => {
    const known = descriptions.get(text);
    if (known !== undefined) return known;
    const names = parseFacets(text).slice(0, mostFacetsOfJob).map(facetText);
    const counted = names.filter((name) => facets.size < mostFacets || facets.has(name));
    const places = counted.map((name) => placeOf(facets, name));
    descriptions.set(text, places);
    return places;
  };
  return {
    add: ({ description, status, causes: all }: DigestJob): void => {
      const [first, ...others] = isFailing(status) ? all.filter((cause) => cause.class !== 'infra') : [];
      if ((first === undefined && status !== 'pass') || ends.length === mostJobs) return;
      for (const facet of describe(description ?? '')) {
        withFacet[facet] ??= [];
        withFacet[facet].push(ends.length);
      }
      const end = first === undefined ? 0 : 1 + placeOf(causes, first.id);
      for (const { id } of others) {
        if (further.length < 2 * mostFurther) further.push(ends.length, placeOf(causes, id));
      }
      ends.push(end);
    },
    done: (): RunDigest => ({
      run,
      facets: [...facets.keys()],
      counts: Uint16Array.from(withFacet, ({ length }) => length),
      rows: Uint16Array.from(withFacet.flat()),
      causes: [...causes.keys()],
      ends: Uint16Array.from(ends),
      further: Uint16Array.from(further),
    }),
  };
}

function placeOf(places: Map<string, number>, name: string): number {
  const place = places.get(name) ?? places.size;
  places.set(name, place);
  return place;
}

/** A digest in the form that is used for counting. */
export interface RunIndex {
  run: RunHead;
  jobs: number;
  /** 1 for each job that passed, and the number of these jobs. */
  passed: Uint8Array;
  passes: number;
  /** The jobs of each cause, ascending. */
  causes: ReadonlyMap<string, number[]>;
  /** For each facet, how many jobs of a cause have it. */
  hitsOf(cause: string): readonly FacetHits[];
  /** The jobs with a facet, ascending. */
  withFacet(name: string): Uint16Array;
}

/** The number of jobs of a cause that have a facet. */
type FacetHits = { facet: string; jobs: number };

const none = new Uint16Array();

/** Indexes a digest. Takes less than a millisecond for 5,000 jobs. */
export function indexRun(digest: RunDigest): RunIndex {
  const { run, facets, counts, rows, causes, ends, further } = digest;
  const passed = new Uint8Array(ends.length);
  const byCause = causes.map((): number[] => []);
  let [passes, at] = [0, 0];
  for (let job = 0; job < ends.length; job++) {
    if (ends[job] === 0) {
      passed[job] = 1;
      passes++;
    } else byCause[ends[job]! - 1]!.push(job);
    for (; further[at] === job; at += 2) byCause[further[at + 1]!]!.push(job);
  }
  const withFacet = new Map<string, Uint16Array>();
  let from = 0;
  for (const [place, name] of facets.entries()) {
    withFacet.set(name, rows.subarray(from, from + counts[place]!));
    from += counts[place]!;
  }
  const jobsOf = new Map(causes.map((id, place) => [id, byCause[place]!]));
  // Computed on first use, because most runs of a baseline never need it.
  let hits: ReadonlyMap<string, FacetHits[]> | null = null;
  return {
    run,
    jobs: ends.length,
    passed,
    passes,
    causes: jobsOf,
    hitsOf: (cause) => {
      hits ??= facetHits(digest);
      return hits.get(cause) ?? [];
    },
    withFacet: (name) => withFacet.get(name) ?? none,
  };
}

function facetHits({ facets, counts, rows, causes, ends, further }: RunDigest): ReadonlyMap<string, FacetHits[]> {
  const found = causes.map((): FacetHits[] => []);
  const others = new Map<number, number[]>();
  for (let at = 0; at < further.length; at += 2) {
    const job = further[at]!;
    others.set(job, [...(others.get(job) ?? []), further[at + 1]!]);
  }
  const hit = (cause: number, facet: string) => {
    const last = found[cause]!.at(-1);
    if (last?.facet === facet) last.jobs++;
    else found[cause]!.push({ facet, jobs: 1 });
  };
  let at = 0;
  for (const [place, facet] of facets.entries()) {
    for (const after = at + counts[place]!; at < after; at++) {
      const job = rows[at]!;
      if (ends[job] === 0) continue;
      hit(ends[job]! - 1, facet);
      for (const cause of others.get(job) ?? []) hit(cause, facet);
    }
  }
  return new Map(causes.map((id, place) => [id, found[place]!]));
}

/** The jobs that have all of the facets, ascending; null, meaning all jobs, if `facets` is empty. */
export function jobsWith(index: RunIndex, facets: readonly string[]): Uint16Array | null {
  let found: Uint16Array | null = null;
  for (const name of facets) {
    const jobs = index.withFacet(name);
    found = found === null ? jobs : intersection(found, jobs);
  }
  return found;
}

function intersection(a: Uint16Array, b: Uint16Array): Uint16Array {
  const both = new Uint16Array(Math.min(a.length, b.length));
  let [at, inB] = [0, 0];
  for (const job of a) {
    while (inB < b.length && b[inB]! < job) inB++;
    if (b[inB] === job) both[at++] = job;
  }
  return both.subarray(0, at);
}
