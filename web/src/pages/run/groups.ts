/** Groups failing jobs by what they have in common: causes (those to look at first come first), facets or nodes. */

import { isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, differingOf, type Facet, facetText, parseFacets } from '../../../../src/core/facets.ts';
import { causesOfJob } from '../../../../src/core/job.ts';
import { type Band, bandOf, bands } from '../../../../src/core/verdicts/bands.ts';
import type { PageSignature, RunPage } from '../../../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import { counted } from '../../lib/sets.ts';
import type { Job } from './jobs.ts';

/** Failing jobs that have something in common, usually their cause. */
export interface Group {
  id: string;
  title: string;
  kind: string;
  /** The cause. Null, like its verdict, if jobs are grouped by anything else. */
  signature: PageSignature | null;
  verdict: PageVerdict | null;
  band: Band | null;
  jobs: Job[];
}

const fixedGroupings = ['signature', 'description', 'node', 'os', 'kind', 'none'];

/** The properties by which failing jobs can be grouped, including each facet in which they differ. */
export function groupingsOf(jobs: readonly Job[]): string[] {
  const facets = differingFacets(jobs.filter(({ status }) => isFailing(status)).map(({ description }) => description));
  const keys = new Set(facets.flatMap((list) => list.map(({ key }) => key)).filter((key) => key !== ''));
  return [...fixedGroupings, ...[...keys].slice(0, mostFacets).map((key) => `facet:${key}`)];
}

const mostFacets = 40;

/** Groups failing jobs. Causes are ordered by band, then by number of jobs, the largest first. */
export function groupFailures(jobs: readonly Job[], page: RunPage, by: string): Group[] {
  const groups = new Map<string, Group>();
  const verdicts = new Map(page.verdicts.map((verdict) => [verdict.cause, verdict]));
  for (const job of jobs.filter(({ status }) => isFailing(status))) {
    for (const { title, signature } of headingsOf(job, by)) {
      const id = signature?.id ?? title;
      const verdict = (signature && verdicts.get(signature.id)) ?? null;
      const band = verdict && bandOf(verdict, page.run);
      const kind = signature?.kind ?? '';
      const group = groups.get(id) ?? { id, title, kind, signature, verdict, band, jobs: [] };
      group.jobs.push(job);
      groups.set(id, group);
    }
  }
  const place = ({ band }: Group) => (band === null ? -1 : bands.indexOf(band));
  return [...groups.values()].sort((a, b) => place(a) - place(b) || b.jobs.length - a.jobs.length);
}

/** The groups of a job. A job with several failed test cases has several causes. */
function headingsOf(job: Job, by: string): { title: string; signature: PageSignature | null }[] {
  const causes = causesOfJob(job);
  if (by === 'signature' && causes.length > 0)
    return causes.map((signature) => ({ title: signature.title, signature }));
  return titlesOf(job, by).map((title) => ({ title, signature: null }));
}

function titlesOf(job: Job, by: string): string[] {
  if (by === 'description') return [job.description || 'no description'];
  if (by === 'node') return job.nodes.length > 0 ? job.nodes : ['no node'];
  if (by === 'os') return [job.os ?? 'no os'];
  if (by === 'kind') return [...new Set(job.signature === null ? ['other'] : causesOfJob(job).map(({ kind }) => kind))];
  if (by.startsWith('facet:')) {
    const key = by.slice('facet:'.length);
    const values = parseFacets(job.description).filter((facet) => facet.key === key);
    return values.length > 0 ? values.map(facetText) : [`no ${key}`];
  }
  return [by === 'none' ? 'all failures' : 'no reason recorded'];
}

/** A facet, the number of jobs with it, and how many of them failed. */
type FacetCount = { facet: Facet; red: number; total: number };

const mostKeys = 24;

/**
 * Counts the facets in which jobs differ, by key, the most informative key first; the values of a key are ordered by their
 * share of failures. `facets` holds the facets of each description, by the index of the job.
 */
export function countFacets(
  jobs: readonly Pick<Job, 'index' | 'status'>[],
  facets: readonly (readonly Facet[])[],
): [key: string, counts: FacetCount[]][] {
  const differing = differingOf(jobs.map(({ index }) => facets[index] ?? []));
  const keys = new Map<string, Map<string, FacetCount>>();
  for (const [at, job] of jobs.entries()) {
    for (const facet of differing[at] ?? []) {
      const values = keys.get(facet.key) ?? new Map<string, FacetCount>();
      keys.set(facet.key, values);
      const counted = values.get(facet.value) ?? { facet, red: 0, total: 0 };
      counted.total++;
      if (isFailing(job.status)) counted.red++;
      values.set(facet.value, counted);
    }
  }
  return [...keys]
    .slice(0, mostKeys)
    .map(([key, values]) => [key, [...values.values()].sort((a, b) => b.red / b.total - a.red / a.total)]);
}

/** A node, and how many of the jobs ran on it. */
export interface CommonNode {
  node: string;
  jobs: number;
  /** Whether at least three jobs and more than half of all ran on it. */
  most: boolean;
}

/** Nodes are only checked if at least two jobs ran on them, and at most three nodes are checked. */
const leastJobs = 2;
const mostNodes = 3;

/** The nodes that most of the jobs ran on, the most frequent first. */
export function commonNodes(jobs: readonly Pick<Job, 'nodes'>[]): CommonNode[] {
  return counted(jobs.flatMap(({ nodes }) => nodes))
    .filter(([, count]) => count >= leastJobs)
    .slice(0, mostNodes)
    .map(([node, count]) => ({ node, jobs: count, most: count > leastJobs && 2 * count > jobs.length }));
}
