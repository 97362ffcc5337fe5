import { queryText } from '../../core/paths.ts';

/** Parameters of pages that say how a list is shown, not what is in it; `/api` sorts only lists of runs. */
const shownBy = { runs: ['cols', 'group'], jobs: ['cols', 'group', 'rail', 'sel', 'sort', 'view'] };

/**
 * The address below `/api` of a page's list as a file, because people put `.json` or `.csv` behind the address of a page:
 * `/ui/runs.csv`, `/ui/runs/RUN/jobs.json`. Any other address comes back as it is: a run may be called `x.csv`.
 */
export function fileAddress(url: string): string {
  const [, path, jobs, query] = /^\/ui(\/runs(\/[^/?]+\/jobs)?\.(?:json|csv))(?:\?(.*))?$/s.exec(url) ?? [];
  if (path === undefined) return url;
  const parameters = new URLSearchParams(query);
  for (const key of jobs === undefined ? shownBy.runs : shownBy.jobs) parameters.delete(key);
  return `/api${path}${queryText(parameters)}`;
}
