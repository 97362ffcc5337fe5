/** What a finished run contributes to verdicts on later ones, small enough to be stored and read in dozens. */
import { isFailing } from '../compare.ts';
import { facetText, parseFacets } from '../facets.ts';
import type { JobStatus } from '../job.ts';
import type { CauseClass } from '../signature-class.ts';

/** Increases when digests have another form, or the classes of causes change, so that stored ones are made again. */
export const digestVersion = 2;

/** Bounds of what clients can make of a digest: suites have some 30 choices in a description and some hundreds in all. */
const mostFacetsOfJob = 64;
const mostFacets = 20_000;
/** No run has as many jobs; numbers of jobs, facets and causes have 16 bits. */
const mostJobs = 65_000;

/** What names a run. `scheduled` is in milliseconds. */
export interface RunHead {
  id: string;
  name: string;
  suite: string;
  branch: string;
  sha1: string | null;
  scheduled: number;
}

/** The finished jobs of a run that did not fail of the lab; some 60 bytes a job. Jobs are numbers from 0. */
export interface RunDigest {
  run: RunHead;
  facets: string[];
  /** For each facet how many jobs have it. */
  counts: Uint16Array;
  /** The jobs with the first facet, ascending, then those with the second, and so on. */
  rows: Uint16Array;
  /** Ids of causes. */
  causes: string[];
  /** For each job 0 when it passed, else 1 + the place of its cause. */
  ends: Uint16Array;
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
  const descriptions = new Map<string, number[]>();
  const causes = new Map<string, number>();
  const withFacet: number[][] = [];
  const ends: number[] = [];
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
    add: ({ description, status, cause }: DigestJob): void => {
      const failed = isFailing(status);
      if (failed ? cause === null || cause.class === 'infra' : status !== 'pass') return;
      if (ends.length === mostJobs) return;
      for (const facet of describe(description ?? '')) {
        withFacet[facet] ??= [];
        withFacet[facet].push(ends.length);
      }
      ends.push(failed && cause !== null ? 1 + placeOf(causes, cause.id) : 0);
    },
    done: (): RunDigest => ({
      run,
      facets: [...facets.keys()],
      counts: Uint16Array.from(withFacet, ({ length }) => length),
      rows: Uint16Array.from(withFacet.flat()),
      causes: [...causes.keys()],
      ends: Uint16Array.from(ends),
    }),
  };
}

function placeOf(places: Map<string, number>, name: string): number {
  const place = places.get(name) ?? places.size;
  places.set(name, place);
  return place;
}

/** A digest in the form that is counted in. */
export interface RunIndex {
  run: RunHead;
  jobs: number;
  /** 1 for each job that passed, and how many did. */
  passed: Uint8Array;
  passes: number;
  /** The jobs of each cause, ascending. */
  causes: ReadonlyMap<string, number[]>;
  /** How many jobs of a cause have which facets. */
  hitsOf(cause: string): readonly FacetHits[];
  /** The jobs with a facet, ascending. */
  withFacet(name: string): Uint16Array;
}

/** So many jobs of a cause have a facet. */
export interface FacetHits {
  facet: string;
  jobs: number;
}

const none = new Uint16Array();

/** Takes less than a millisecond for 5,000 jobs. */
export function indexRun(digest: RunDigest): RunIndex {
  const { run, facets, counts, rows, causes, ends } = digest;
  const passed = new Uint8Array(ends.length);
  const byCause = causes.map((): number[] => []);
  for (let job = 0; job < ends.length; job++) {
    if (ends[job] === 0) passed[job] = 1;
    else byCause[ends[job]! - 1]!.push(job);
  }
  const withFacet = new Map<string, Uint16Array>();
  let from = 0;
  for (const [place, name] of facets.entries()) {
    withFacet.set(name, rows.subarray(from, from + counts[place]!));
    from += counts[place]!;
  }
  const jobsOf = new Map(causes.map((id, place) => [id, byCause[place]!]));
  // Most of the runs that are compared with are not asked for it.
  let hits: ReadonlyMap<string, FacetHits[]> | null = null;
  return {
    run,
    jobs: ends.length,
    passed,
    passes: ends.length - byCause.reduce((failed, { length }) => failed + length, 0),
    causes: jobsOf,
    hitsOf: (cause) => {
      hits ??= facetHits(digest);
      return hits.get(cause) ?? [];
    },
    withFacet: (name) => withFacet.get(name) ?? none,
  };
}

function facetHits({ facets, counts, rows, causes, ends }: RunDigest): ReadonlyMap<string, FacetHits[]> {
  const found = causes.map((): FacetHits[] => []);
  let at = 0;
  for (const [place, facet] of facets.entries()) {
    for (const after = at + counts[place]!; at < after; at++) {
      const end = ends[rows[at]!]!;
      if (end === 0) continue;
      const last = found[end - 1]!.at(-1);
      if (last?.facet === facet) last.jobs++;
      else found[end - 1]!.push({ facet, jobs: 1 });
    }
  }
  return new Map(causes.map((id, place) => [id, found[place]!]));
}

/** The jobs that have all of some facets, ascending; null stands for every job. */
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
