/** Reads `/api` through one cache per tab, which starts with the data that the document contains. */
import { keepPreviousData, QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath } from '../../../src/core/paths.ts';
import type { Problem } from '../../../src/http/api/schema.ts';
import type { Session } from '../../../src/http/api/session.ts';
import { root } from './address.ts';
import { reportReached } from './live.ts';
import { preferences } from './preferences.ts';

/** Why there is no answer. Status 0 means that the server did not respond. */
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

/** Does something; why it failed in a sentence, or null. */
export function failureOf(work: () => Promise<unknown>): Promise<string | null> {
  return work().then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? error.message : String(error)),
  );
}

/** The same, and keeps why; true when it did not fail. */
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
  /** Reads again; resolves when the answer is there, or is not to be had. */
  refetch: () => Promise<unknown>;
}

/** Fetches JSON; throws an `ApiError`. */
export function fetchApi<T>(path: string, signal?: AbortSignal): Promise<T> {
  return sendApi<T>(path, { signal: signal ?? null });
}

/** Sends a request, with the name that the person has given himself, and reads JSON; throws an `ApiError`. */
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

/** Sends JSON, or nothing when there is no body, and returns the answer. Throws an `ApiError`. */
export function sendJson<T>(path: string, method: 'POST' | 'PUT' | 'DELETE', body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return sendApi<T>(path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
}

/** The cache of the tab, with the data that the document contains. */
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

/** The document of a link on another site was asked for without the cookie of a session: who that is must be asked again. */
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

/** The answer of `path`, kept up to date. While the same resource is read with another query, the previous answer stays. */
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
 * Changes the answer of a path as it is shown, at once. What is being read may be older and is given up; true says so: it must be read
 * again.
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
