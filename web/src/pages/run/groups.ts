/** Failing jobs by cause, new causes first. */
import type { PageSignature, RunPage } from '../../../../src/http/api/schemas.ts';
import type { Job } from '../../lib/columns.ts';

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

/** What failing jobs can be grouped by. */
export const groupings = ['signature', 'description', 'node', 'os', 'kind', 'none'] as const;

/** Groups failing jobs: new causes first, then those with the most jobs. */
export function groupFailures(jobs: readonly Job[], page: RunPage, by: string): Group[] {
  const groups = new Map<string, Group>();
  for (const job of jobs) {
    if (job.status !== 'fail' && job.status !== 'dead') continue;
    for (const title of titlesOf(job, by)) {
      const id = by === 'signature' ? (job.signature?.id ?? title) : title;
      const group = groups.get(id) ?? {
        id,
        title,
        kind: by === 'signature' ? (job.signature?.kind ?? '') : by,
        signature: by === 'signature' ? job.signature : null,
        novelty: noveltyOf(by === 'signature' ? job.signature : null, page),
        jobs: [],
      };
      group.jobs.push(job);
      groups.set(id, group);
    }
  }
  const isNew = ({ novelty }: Group) => Number(novelty.badge === 'NEW');
  return [...groups.values()].sort((a, b) => isNew(b) - isNew(a) || b.jobs.length - a.jobs.length);
}

function titlesOf(job: Job, by: string): string[] {
  if (by === 'description') return [job.description || 'no description'];
  if (by === 'node') return job.nodes.length > 0 ? job.nodes : ['no node'];
  if (by === 'os') return [job.os ?? 'no os'];
  if (by === 'kind') return [job.signature?.kind ?? 'other'];
  return by === 'none' ? ['all failures'] : [job.signature?.title ?? 'no reason recorded'];
}
