/** Reads `/api` through one cache per tab, which starts with the data in the document. */
import { keepPreviousData, QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath } from '../../../src/core/paths.ts';
import type { Problem } from '../../../src/http/api/schema.ts';
import type { Session } from '../../../src/http/api/session.ts';
import { root } from './address.ts';
import { reportReached } from './live.ts';
import { preferences } from './preferences.ts';

/** Why a request failed. Status 0 means that the server did not respond. */
export class ApiError extends Error {
  readonly status: number;
  readonly requestId: string | null;
  readonly nearest: string[] | undefined;

  constructor(status: number, problem: Problem, requestId: string | null = null) {
    super(problem.message);
    this.name = 'ApiError';
    this.status = status;
    this.requestId = requestId;
    this.nearest = problem.nearest;
  }
}

/** Runs `work`; returns null, or a sentence that says why it failed. */
export function failureOf(work: () => Promise<unknown>): Promise<string | null> {
  return work().then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? error.message : String(error)),
  );
}

/** The same, but stores the problem. Resolves to true if the work succeeded. */
export function useAttempt() {
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    const failed = await failureOf(work);
    setProblem(failed);
    return failed === null;
  };
  return { problem, attempt };
}

/** What `useApi` returns. */
export interface ApiResult<T> {
  data: T | undefined;
  error: ApiError | null;
  isFetching: boolean;
  /** Reads again; resolves when the response has arrived or the request has failed. */
  refetch: () => Promise<unknown>;
}

/** Fetches JSON; throws an `ApiError`. */
export function fetchApi<T>(path: string, signal?: AbortSignal): Promise<T> {
  return sendApi<T>(path, { signal: signal ?? null });
}

/** Sends a request, with the name that the user has entered, and parses JSON. Throws an `ApiError`. */
export async function sendApi<T>(path: string, { headers, ...init }: RequestInit = {}): Promise<T> {
  const { name } = preferences();
  const own = { accept: 'application/json', ...(name !== '' && { 'x-paddles-name': encodeURIComponent(name) }) };
  let response: Response;
  try {
    response = await fetch(root + path, { ...init, headers: { ...own, ...(headers as Record<string, string>) } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    reportReached(false);
    throw new ApiError(0, { message: 'The server does not respond.' });
  }
  reportReached(true);
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  const message = problem.message ?? `Status ${response.status}`;
  throw new ApiError(response.status, { ...problem, message }, response.headers.get('x-request-id'));
}

/** Sends JSON, or no body if it is missing, and returns the response. Throws an `ApiError`. */
export function sendJson<T>(path: string, method: 'POST' | 'PUT' | 'DELETE', body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return sendApi<T>(path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
}

/** The cache of the tab, filled with the data in the document. */
export function createClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && [0, 502, 503].includes(error.status),
      },
    },
  });
  for (const { path, data } of bootData()) {
    client.setQueryData([path], data, isDoubtful(path, data) ? { updatedAt: 0 } : undefined);
  }
  return client;
}

/**
 * When a link on another site opens the page, the document is requested without the session cookie. The session in it may then be wrong and must
 * be read again.
 */
function isDoubtful(path: string, data: unknown): boolean {
  if (path !== apiPath.session()) return false;
  const { name, require_token } = data as Session;
  return name === null && require_token !== 'off';
}

function bootData(): { path: string; data: unknown }[] {
  const text = document.getElementById('boot')?.textContent;
  try {
    return text ? (JSON.parse(text) as { path: string; data: unknown }[]) : [];
  } catch {
    return [];
  }
}

/** The response for `path`, kept up to date. While the same resource is read with another query, the previous response stays. */
export function useApi<T>(path: string | null): ApiResult<T> {
  const key = path ?? '';
  const query = useQuery<T, ApiError>({
    queryKey: [key],
    queryFn: ({ signal }) => fetchApi<T>(key, signal),
    enabled: path !== null,
    placeholderData: (previous, before) =>
      resource(before?.queryKey[0]) === resource(key) ? keepPreviousData(previous) : undefined,
  });
  return { data: query.data, error: query.error, isFetching: query.isFetching, refetch: () => query.refetch() };
}

/**
 * Changes the cached response for a path immediately. A request in progress may return older data, so it is cancelled. Returns true in this case:
 * the response must then be read again.
 */
export function usePatch<T>(path: string): (change: (data: T) => T) => boolean {
  const client = useQueryClient();
  return (change) => {
    const wasRead = client.isFetching({ queryKey: [path] }) > 0;
    void client.cancelQueries({ queryKey: [path] });
    client.setQueryData<T>([path], (data) => data && change(data));
    return wasRead;
  };
}

function resource(key: unknown): string {
  return String(key).split('?')[0] ?? '';
}
