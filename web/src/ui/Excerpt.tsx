import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { KnownLog, LogExcerpt } from '../../../src/core/logs/first-error.ts';
import { pagePath } from '../../../src/core/paths.ts';
import { withoutOverrides } from '../lib/format.ts';
import { Copy } from './Copy.tsx';

/** The first error in the log of a job, or why it is not known; nothing if the log was never requested. */
export function ReadLog({ run, job, log: { excerpt, unread } }: { run: string; job: string; log: KnownLog }) {
  if (excerpt !== null) return <Excerpt run={run} job={job} excerpt={excerpt} />;
  if (unread === 'waiting') return <p className="quiet">The log has not been read for its first error yet.</p>;
  if (unread === null) return null;
  return (
    <p className="quiet">
      The log was not there or could not be read, several times. <code>paddles reindex --logs</code> reads it again.
    </p>
  );
}

/** An excerpt of the log of a job: its first error with the lines around it, or its last lines. */
function Excerpt({ run, job, excerpt }: { run: string; job: string; excerpt: LogExcerpt }) {
  const { error, kind, sure, byte, context, others } = excerpt;
  const open = (at: number | null) => pagePath.log(run, job, { at: at === null ? undefined : String(at) });
  return (
    <>
      <h2>
        {kind === 'none' ? 'End of the log' : sure ? 'First error of the log' : 'Likely the first error of the log'}{' '}
        {error !== '' && <Copy text={error} label="error" />}
      </h2>
      {kind === 'none' && <p>No error was found in the log. Its last lines:</p>}
      {error !== '' && (
        <p>
          <span className="badge">{kind}</span> <span className="mono break strong">{error}</span>
        </p>
      )}
      <pre tabIndex={0} role="region" aria-label="Lines of the log">
        {context.split('\n').map((line, index) => {
          const text = `${line}\n`;
          // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
          return error !== '' && line.includes(error) ? <mark key={index}>{text}</mark> : text;
        })}
      </pre>
      <p className="line">
        <Link href={open(byte)}>open the log here</Link>
        {others.map(({ at, error }) => (
          <Link key={at} href={open(at)} title={error}>
            or here: {error.slice(0, 60)}
          </Link>
        ))}
      </p>
    </>
  );
}

/** The failure reason that a job reported, below the children. */
export function FailureReason({ reason, children }: { reason: string | null; children?: ReactNode }) {
  return (
    <>
      <h2>Failure reason {reason && <Copy text={reason} label="failure reason" />}</h2>
      {children}
      <pre tabIndex={0} role="region" aria-label="Failure reason">
        {withoutOverrides(reason || 'No reason was recorded. The log may tell more.')}
      </pre>
    </>
  );
}
