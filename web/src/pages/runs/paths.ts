/** Addresses below the dashboard's base, and what the API is asked. */

/** A part of a path; colons are legal there and names of runs are full of them. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}

export function runPath(run: string): string {
  return `/runs/${segment(run)}`;
}

export function jobPath(run: string, jobId: string): string {
  return `${runPath(run)}/jobs/${segment(jobId)}`;
}

export function nodePath(node: string): string {
  return `/nodes/${segment(node)}`;
}

export function comparePath(run: string, other: string): string {
  return `${runPath(run)}/compare${search({ with: other })}`;
}

export function runsPath(q: string): string {
  return `/runs${search({ q })}`;
}

export function apiPath(path: string, parameters: Record<string, string> = {}): string {
  return `/api${path}${search(parameters)}`;
}

/** Leaves out what is empty, so that one view has one address. */
export function search(parameters: Record<string, string>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A value of the filter language: quoted where it could be read as something else. */
export function filterValue(text: string): string {
  return /^[\w.@/+-]+$/.test(text) ? text : `"${text.replaceAll('"', '')}"`;
}
