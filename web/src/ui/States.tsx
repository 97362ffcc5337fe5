/** Placeholders for data: loading, empty, not found, an error. */

import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import type { ApiError, ApiResult } from '../lib/api.ts';
import { Button } from './Button.tsx';
import { Command, Copy } from './Copy.tsx';

/** An error in place of the data; the rest of the page keeps working. */
export function ErrorBox({ error, onRetry }: { error: ApiError; onRetry?: () => unknown }) {
  const facts = [
    error.status === 0 ? 'no response' : `status ${error.status}`,
    ...(error.requestId === null ? [] : [`request ${error.requestId}`]),
  ].join(' · ');
  return (
    <div className="state state-error" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p className="quiet">
        {facts} <Copy text={`${error.message} (${facts}) ${location.href}`} label="details of the error" />
      </p>
      {error.status === 401 && (
        <Link href={pagePath.settings({ next: `${location.pathname}${location.search}` })}>Sign in</Link>
      )}
      {onRetry && error.status !== 401 && <Button onClick={onRetry}>Retry</Button>}
    </div>
  );
}

interface NotFoundProps {
  /** The requested object: "run yuriw-…". */
  what: string;
  /** Runs or nodes with similar names. */
  nearest?: readonly string[] | undefined;
  /** What `nearest` contains. */
  noun?: 'run' | 'node';
}

/** A page that does not exist, with the runs or nodes that may have been meant. */
export function NotFound({ what, nearest = [], noun = 'run' }: NotFoundProps) {
  const all = noun === 'run' ? pagePath.runs() : pagePath.nodes();
  return (
    <div className="state">
      <h1>Not found</h1>
      <p>
        There is no <span className="mono break">{what}</span>.
      </p>
      {nearest.length > 0 && (
        <>
          <p>{noun === 'run' ? 'Runs' : 'Nodes'} with similar names:</p>
          <ul className="plain-list">
            {nearest.map((name) => (
              <li key={name}>
                <Link href={noun === 'run' ? pagePath.run(name) : pagePath.node(name)} className="mono break">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <Link href={all}>All {noun === 'run' ? 'runs' : 'nodes'}</Link>
      </p>
    </div>
  );
}

/** An empty list, with the command that would fill it. */
export function Empty({ title, command, children }: { title: string; command?: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p>{title}</p>
      {command && <Command text={command} what="command" />}
      {children}
    </div>
  );
}

/** Placeholders for rows that are loading. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <div key={index} className="skeleton-row" />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  of: Pick<ApiResult<T>, 'data' | 'error' | 'isFetching'> & { refetch: () => unknown };
  /** The number of placeholders while loading. */
  rows: number;
  children: (data: T) => ReactNode;
}

/** The loaded data, below the error of the last attempt; placeholders until data is there. */
export function Loaded<T>({ of: { data, error, isFetching, refetch }, rows, children }: LoadedProps<T>) {
  return (
    <>
      <FetchLine active={isFetching} />
      {error && <ErrorBox error={error} onRetry={refetch} />}
      {data === undefined ? !error && <Skeleton rows={rows} /> : children(data)}
    </>
  );
}

/** A thin line while data is loading, if that takes longer than 150 ms. */
export function FetchLine({ active }: { active: boolean }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setLate(true), 150);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [active]);
  return <div className={late ? 'fetch-line fetch-line-on' : 'fetch-line'} aria-hidden="true" />;
}
