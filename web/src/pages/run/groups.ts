/** Failing jobs by cause, those to look at first before others. */
import { isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, facetText, parseFacets } from '../../../../src/core/facets.ts';
import { type Band, bandOf, bands } from '../../../../src/core/verdicts/bands.ts';
import type { PageSignature, RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';
import type { Job } from '../../lib/jobs.ts';

/** Failing jobs with something in common, usually their cause. */
export interface Group {
  id: string;
  title: string;
  kind: string;
  /** The cause; null, like what is said of it, for groups of anything else. */
  signature: PageSignature | null;
  verdict: PageVerdict | null;
  band: Band | null;
  jobs: Job[];
}

const fixedGroupings = ['signature', 'description', 'node', 'os', 'kind', 'none'];

/** What failing jobs can be grouped by, including each facet in which they differ. */
export function groupingsOf(jobs: readonly Job[]): string[] {
  const facets = differingFacets(jobs.filter(({ status }) => isFailing(status)).map(({ description }) => description));
  const keys = new Set(facets.flatMap((list) => list.map(({ key }) => key)).filter((key) => key !== ''));
  return [...fixedGroupings, ...[...keys].slice(0, mostFacets).map((key) => `facet:${key}`)];
}

/** The most facets in the menu. */
const mostFacets = 40;

/** Groups failing jobs: causes by band, and those with the most jobs first. */
export function groupFailures(jobs: readonly Job[], page: RunPage, by: string): Group[] {
  const groups = new Map<string, Group>();
  const verdicts = new Map(page.verdicts.map((verdict) => [verdict.cause, verdict]));
  for (const job of jobs.filter(({ status }) => isFailing(status))) {
    for (const title of titlesOf(job, by)) {
      const id = by === 'signature' ? (job.signature?.id ?? title) : title;
      const signature = by === 'signature' ? job.signature : null;
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

function titlesOf(job: Job, by: string): string[] {
  if (by === 'description') return [job.description || 'no description'];
  if (by === 'node') return job.nodes.length > 0 ? job.nodes : ['no node'];
  if (by === 'os') return [job.os ?? 'no os'];
  if (by === 'kind') return [job.signature?.kind ?? 'other'];
  if (by.startsWith('facet:')) {
    const key = by.slice('facet:'.length);
    const values = parseFacets(job.description).filter((facet) => facet.key === key);
    return values.length > 0 ? values.map(facetText) : [`no ${key}`];
  }
  return by === 'none' ? ['all failures'] : [job.signature?.title ?? 'no reason recorded'];
}
