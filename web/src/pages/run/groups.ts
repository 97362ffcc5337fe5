/** Failing jobs by cause, new causes first. */
import { differingFacets, facetText, parseFacets } from '../../../../src/core/facets.ts';
import type { PageSignature, RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { Job } from '../../lib/jobs.ts';

/** What is known of a cause before this run: `earlier` runs of the same suite and branch, `seen` of them with it. */
export interface Novelty {
  badge: 'NEW' | 'KNOWN' | null;
  sentence: string;
  seen: number;
  earlier: number;
}

/** The failing jobs of one cause. */
export interface Group {
  id: string;
  title: string;
  kind: string;
  signature: PageSignature | null;
  novelty: Novelty;
  jobs: Job[];
}

/** Whether a cause is new here, and the sentence that says why. */
export function noveltyOf(signature: PageSignature | null, page: RunPage): Novelty {
  const earlier = page.recent.length - 1;
  const where = `${page.run.suite} on ${page.run.branch}`;
  if (signature === null || earlier < 1) {
    return {
      badge: null,
      sentence: `This is the first run of ${where} here: nothing to compare with.`,
      seen: 0,
      earlier: 0,
    };
  }
  const before = signature.seen.slice(0, -1);
  const seen = before.filter((count) => count > 0).length;
  const runs = earlier === 1 ? 'the earlier run' : `the ${earlier} earlier runs`;
  if (seen === 0) return { badge: 'NEW', sentence: `New here: not in ${runs} of ${where}.`, seen, earlier };
  const first = page.recent[before.findIndex((count) => count > 0)];
  const since = first ? new Date(first.scheduled).toISOString().slice(0, 10) : '';
  return { badge: 'KNOWN', sentence: `Seen in ${seen} of ${runs} of ${where}, first on ${since}.`, seen, earlier };
}

const fixedGroupings = ['signature', 'description', 'node', 'os', 'kind', 'none'];

/** What failing jobs can be grouped by: also by each facet that is not the same in all of them. */
export function groupingsOf(jobs: readonly Job[]): string[] {
  const facets = differingFacets(jobs.filter(isRed).map(({ description }) => description));
  const keys = new Set(facets.flatMap((list) => list.map(({ key }) => `facet:${key}`)));
  return [...fixedGroupings, ...[...keys].slice(0, mostFacets)];
}

/** A menu that can still be read. */
const mostFacets = 40;

/** Whether a job failed in one way or the other. */
export function isRed({ status }: Job): boolean {
  return status === 'fail' || status === 'dead';
}

/** Groups failing jobs: new causes first, then those with the most jobs. */
export function groupFailures(jobs: readonly Job[], page: RunPage, by: string): Group[] {
  const groups = new Map<string, Group>();
  for (const job of jobs.filter(isRed)) {
    for (const title of titlesOf(job, by)) {
      const id = by === 'signature' ? (job.signature?.id ?? title) : title;
      const group = groups.get(id) ?? emptyGroup(id, title, by === 'signature' ? job.signature : null, page);
      group.jobs.push(job);
      groups.set(id, group);
    }
  }
  const isNew = ({ novelty }: Group) => Number(novelty.badge === 'NEW');
  return [...groups.values()].sort((a, b) => isNew(b) - isNew(a) || b.jobs.length - a.jobs.length);
}

function emptyGroup(id: string, title: string, signature: PageSignature | null, page: RunPage): Group {
  return { id, title, kind: signature?.kind ?? '', signature, novelty: noveltyOf(signature, page), jobs: [] };
}

function titlesOf(job: Job, by: string): string[] {
  if (by === 'description') return [job.description || 'no description'];
  if (by === 'node') return job.nodes.length > 0 ? job.nodes : ['no node'];
  if (by === 'os') return [job.os ?? 'no os'];
  if (by === 'kind') return [job.signature?.kind ?? 'other'];
  if (by.startsWith('facet:')) {
    const key = by.slice('facet:'.length);
    const values = parseFacets(job.description).filter((facet) => facet.key === key);
    return values.length > 0 ? values.map(facetText) : [`no ${key.split('/').at(-1)}`];
  }
  return by === 'none' ? ['all failures'] : [job.signature?.title ?? 'no reason recorded'];
}
