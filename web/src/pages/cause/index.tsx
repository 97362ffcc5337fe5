import type { CSSProperties } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath, shortPath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import { blameText, facetsText } from '../../../../src/core/verdicts/sentence.ts';
import type { CausePage } from '../../../../src/http/api/cause.ts';
import { root, usePathParts, useTitle } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { number, plural, traitsOf } from '../../lib/format.ts';
import { Copy } from '../../ui/Copy.tsx';
import { ErrorBox, FetchLine, NotFound, Skeleton } from '../../ui/States.tsx';
import { Time } from '../../ui/Time.tsx';
import { BaseLines, Decisions, LatestJobs, Places, RecentRuns } from './sections.tsx';
import './cause.css';

/** A cause of failures: its history, where it occurs, and the failure reasons that it stands for. */
export default function CausePageView() {
  const [, id = ''] = usePathParts();
  const { data, error, isFetching, refetch } = useApi<CausePage>(apiPath.cause(id));
  useTitle(data?.cause.title ?? `Cause ${id}`);
  if (error?.status === 404 && data === undefined) return <NotFound what={`cause ${id}`} />;
  if (data === undefined) {
    return (
      <>
        <div className="head">
          <h1>Cause {id}</h1>
          {error && <ErrorBox error={error} onRetry={refetch} />}
        </div>
        {!error && <Skeleton rows={12} />}
      </>
    );
  }
  return (
    <>
      <FetchLine active={isFetching} />
      <CauseHeader page={data} />
      <div className="body cause">
        <Decisions cause={data.cause.id} />
        <BaseLines page={data} />
        <div className="cause-columns">
          <Common page={data} />
          <Where page={data} />
        </div>
        <Places page={data} />
        <Wordings page={data} />
        <RecentRuns runs={data.runs} />
        <LatestJobs jobs={data.latest} />
      </div>
    </>
  );
}

function CauseHeader({ page: { cause, jobs, more, first, last } }: { page: CausePage }) {
  return (
    <header className="head">
      <h1 className="mono break">{cause.title}</h1>
      <div className="line">
        {traitsOf(cause).map((trait) => (
          <span key={trait} className="badge">
            {trait}
          </span>
        ))}
        <span className="strong">{jobs === 0 ? 'no jobs' : `${plural(jobs, 'job')}${more ? ' or more' : ''}`}</span>
        {jobs > 0 && (
          <span>
            first {more && 'of these '}
            <Time at={first} />, last <Time at={last} />
          </span>
        )}
        <span>
          <code>{cause.id}</code>{' '}
          <Copy text={`${location.origin}${root}${shortPath.cause(cause.id)}`} label="short link" />
        </span>
        <Link href={pagePath.runs({ q: literalTerm('cause', cause.id) })}>runs with it</Link>
      </div>
    </header>
  );
}

/** What its jobs have in common, and the facets with the greatest share of failures. */
function Common({ page: { common } }: { page: CausePage }) {
  const { blame, facets, runs, suite } = common;
  return (
    <section>
      <h2>In common</h2>
      {blame !== null && (
        <p>
          <code className="chip">{facetsText(blame.facets)}</code> {blameText({ blame })}
        </p>
      )}
      {blame === null && <p>Nothing stands out.</p>}
      {facets.length > 0 && (
        <>
          <p className="quiet">
            Facets in the last {plural(runs, 'run')} of {suite} with it, by the share of jobs that failed this way:
          </p>
          <Shares rows={facets.map(({ facet, k, n }) => ({ name: facet, part: k, of: n }))} />
        </>
      )}
    </section>
  );
}

function lastJobs(count: number): string {
  return count === 1 ? 'its last job' : `its last ${number(count)} jobs`;
}

function Where({ page: { examined, nodes, os } }: { page: CausePage }) {
  if (examined === 0) return null;
  return (
    <section>
      <h2>Nodes and systems of {lastJobs(examined)}</h2>
      <Shares
        rows={nodes.map(({ name, jobs }) => ({ name, part: jobs, of: examined }))}
        href={(name) => pagePath.node(name)}
      />
      <Shares rows={os.map(({ name, jobs }) => ({ name, part: jobs, of: examined }))} />
    </section>
  );
}

interface SharesProps {
  rows: readonly { name: string; part: number; of: number }[];
  href?: (name: string) => string;
}

function Shares({ rows, href }: SharesProps) {
  return (
    <table className="facts shares">
      <tbody>
        {rows.map(({ name, part, of }) => (
          <tr key={name}>
            <th scope="row" className="mono break">
              {href ? <Link href={href(name)}>{name}</Link> : name}
            </th>
            <td>
              <span className="share-bar" style={{ '--share': `${(100 * part) / of}%` } as CSSProperties} />
              {number(part)} of {number(of)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The failure reasons as reported. They show whether the cause joins failures that do not belong together. */
function Wordings({ page: { texts, examined } }: { page: CausePage }) {
  if (texts.length === 0) return null;
  return (
    <section>
      <h2>Failure reasons of {lastJobs(examined)}</h2>
      <WordingList texts={texts.slice(0, firstTexts)} />
      {texts.length > firstTexts && (
        <details>
          <summary>{plural(texts.length - firstTexts, 'more failure reason')}</summary>
          <WordingList texts={texts.slice(firstTexts)} />
        </details>
      )}
    </section>
  );
}

const firstTexts = 5;

function WordingList({ texts }: { texts: CausePage['texts'] }) {
  return (
    <ul className="plain-list">
      {texts.map(({ text, jobs, run, job_id }) => (
        <li key={`${run} ${job_id}`} className="cause-wording">
          <span className="strong">{jobs}×</span>
          <code className="break">{text === '' ? 'no reason recorded' : text}</code>
          <Link href={pagePath.job(run, job_id)}>{job_id}</Link>
        </li>
      ))}
    </ul>
  );
}
