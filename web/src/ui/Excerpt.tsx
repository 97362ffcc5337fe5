import { Link } from 'wouter';
import type { LogExcerpt } from '../../../src/core/logs/first-error.ts';
import { pagePath } from '../../../src/core/paths.ts';
import { Copy } from './Copy.tsx';

interface ExcerptProps {
  run: string;
  job: string;
  excerpt: LogExcerpt;
}

/** What the log of a job says: its first error with the lines around it, or its last lines. */
export function Excerpt({ run, job, excerpt }: ExcerptProps) {
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
