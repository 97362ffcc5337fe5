/** What is known of the jobs of a run beside what its page shows at first; read when a filter or a column asks for it. */
import { useMemo } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import type { RunParts } from '../../../../src/http/api/run-page-schema.ts';
import { useApi } from '../../lib/api.ts';
import { changesOf } from '../../ui/shown-columns.ts';

/** Of one job. */
export type JobParts = Omit<RunParts['jobs'][number], 'tasks' | 'roles'> & { tasks: string[]; roles: string[] };

/** By the ids of the jobs. */
export type Parts = ReadonlyMap<string, JobParts>;

/** The columns that show them. */
export const partColumns = [
  'tasks',
  'machine_type',
  'owner',
  'flavor',
  'priority',
  'teuthology_branch',
  'suite_branch',
] as const;

/** Reads them when the filter or one of the visible columns needs them; empty until then. */
export function useParts(run: string, q: string, cols: string): Parts {
  const asked = parseQuery(q, 'jobs').query.terms.some(({ key }) => key === 'task' || key === 'role');
  const shown = [...changesOf(cols)].some(([id, hidden]) => !hidden && (partColumns as readonly string[]).includes(id));
  const { data } = useApi<RunParts>(asked || shown ? apiPath.runParts(run) : null);
  return useMemo(() => partsOf(data), [data]);
}

function partsOf(data: RunParts | undefined): Parts {
  if (data === undefined) return new Map();
  const listAt = (place: number) => data.lists[place] ?? [];
  return new Map(
    data.jobs.map((job) => [job.job_id, { ...job, tasks: listAt(job.tasks), roles: listAt(job.roles) }] as const),
  );
}
