/** Addresses below the dashboard's base, and what the API is asked. */
import { useLocation } from 'wouter';
import { base } from './base.ts';

/**
 * The parts of the address below the base, decoded: of `/ui/runs/a%3Ab` they are `runs` and `a:b`. The router decodes by
 * half, which makes another name of one that has a percent sign in it.
 */
export function usePathSegments(): string[] {
  useLocation();
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname;
  return path.split('/').slice(1).map(decodedPart);
}

/** A part of a path as a person reads it; as it is when it cannot be decoded. */
export function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A part of a path; colons are legal there and names of runs are full of them. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}

/** The page of a run. */
export function runPath(run: string): string {
  return `/runs/${segment(run)}`;
}

/** The page of a job. */
export function jobPath(run: string, jobId: string): string {
  return `${runPath(run)}/jobs/${segment(jobId)}`;
}

/** The page of a node. */
export function nodePath(node: string): string {
  return `/nodes/${segment(node)}`;
}

/** A run compared with another one. */
export function comparePath(run: string, other: string): string {
  return `${runPath(run)}/compare${search({ with: other })}`;
}

/** The list of runs with a filter. */
export function runsPath(q: string): string {
  return `/runs${search({ q })}`;
}

/** A URL of the API; empty parameters are left out. */
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
