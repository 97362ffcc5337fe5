import { pathPart, queryText, readPath } from '../../core/paths.ts';

/** Parameters of pages that control the display, not the content. */
const shownBy = [
  ...['cols', 'group', 'closed', 'open', 'rail', 'sel', 'marks', 'view', 'find', 'all', 'change', 'scope'],
];

/** A file: its path below `/api`, and the parameters of the page that it does not accept. */
interface File {
  path: string[];
  without?: string[];
}

/**
 * The URL below `/api` of the content of a page as a file, because users append `.json`, `.csv` or `.md` to the address of a page:
 * `/ui/runs.csv`, `/ui/runs/RUN.md`, `/ui/runs/RUN/jobs.json`. Returns any other URL unchanged.
 */
export function fileAddress(url: string): string {
  const [, page, format, query] = /^\/ui\/([^?]+)\.(json|csv|md)(?:\?(.*))?$/s.exec(url) ?? [];
  if (page === undefined || format === undefined) return url;
  const file = fileOf(readPath(page), format);
  if (file === null) return url;
  const parameters = new URLSearchParams(query);
  for (const key of [...shownBy, ...(file.without ?? [])]) parameters.delete(key);
  return `/api/${file.path.map(pathPart).join('/')}${queryText(parameters)}`;
}

function fileOf([list = '', name, part, job, ...rest]: string[], format: string): File | null {
  if (rest.length > 0) return null;
  if (name === undefined) return listFile(list, format);
  if (list === 'runs') return runFile(name, part, job, format);
  if (part !== undefined || format !== 'json') return null;
  return list === 'nodes' || list === 'causes' ? { path: [list, name] } : null;
}

function listFile(list: string, format: string): File | null {
  if (list === 'runs' || (list === 'audit' && format !== 'md')) return { path: [`${list}.${format}`] };
  if (format !== 'json') return null;
  if (list === 'history') return { path: [list], without: ['q'] };
  return list === 'queue' || list === 'nodes' ? { path: [list] } : null;
}

function runFile(run: string, part: string | undefined, job: string | undefined, format: string): File | null {
  const list = { path: ['runs', run, `jobs.${format}`], without: ['sort'] };
  if (part === 'jobs' && job === undefined) return format === 'md' ? null : list;
  if (part === 'jobs' && job !== undefined) return format === 'json' ? { path: ['runs', run, 'jobs', job] } : null;
  if (part === 'compare' && job === undefined) return format === 'json' ? { path: ['runs', run, 'compare'] } : null;
  // A run can be named "x.csv", but its name is unlikely to have a time before the dot.
  if (part !== undefined || !/-\d{4}-\d\d-\d\d_/.test(run)) return null;
  if (format === 'csv') return list;
  return { path: ['runs', run, format === 'md' ? 'verdicts.md' : 'page'], without: ['q', 'tz', 'sort'] };
}
