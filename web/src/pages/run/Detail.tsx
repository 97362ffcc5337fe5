import { Link } from 'wouter';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/schemas.ts';
import type { Job } from '../../lib/columns.ts';
import { duration } from '../../lib/format.ts';
import { safeHref } from '../../lib/href.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Status } from '../../ui/Status.tsx';
import { noveltyOf } from './groups.ts';

/** Everything about one job, the reason first; of a group its first job and how many there are. */
export function Detail({
  page,
  job,
  group,
}: {
  page: RunPage;
  job: Job;
  group: { title: string; size: number } | null;
}) {
  const path = `/runs/${page.run.name}/jobs/${encodeURIComponent(job.jobId)}`;
  const log = safeHref(job.logHref);
  const failed = job.status === 'fail' || job.status === 'dead';
  return (
    <section className="pane" aria-label="Selected job">
      {group !== null && (
        <p className="quiet">
          {group.size} {group.size === 1 ? 'job' : 'jobs'}; the first of them:
        </p>
      )}
      <p className="line">
        <Status status={job.status} word /> <Link href={path}>{job.jobId}</Link> {duration(job.duration)} ·{' '}
        {job.os ?? 'os not known'}
      </p>
      <p className="line">
        <Link href={path}>job page</Link>
        {log && (
          <>
            <a href={log} rel="noopener">
              teuthology.log
            </a>
            <a href={log.replace(/[^/]*$/, '')} rel="noopener">
              archive
            </a>
          </>
        )}
        {job.links.map(({ name, href }) =>
          safeHref(href) ? (
            <a key={name} href={safeHref(href)} rel="noopener">
              {name}
            </a>
          ) : null,
        )}
      </p>
      {failed && (
        <>
          <h2>Failure reason</h2>
          <pre tabIndex={0} role="region" aria-label="Failure reason">
            {job.reason ?? 'No reason was recorded: the log may tell more.'}
          </pre>
          {job.reason !== null && <Copy text={job.reason} label="failure reason" />}
          <h2>Is it new?</h2>
          <p>{noveltyOf(job.signature, page).sentence}</p>
          <p>{previousSentence(job, page)}</p>
        </>
      )}
      <h2>Nodes</h2>
      <p className="line">
        {job.nodes.map((node) => (
          <Link key={node} href={`/nodes/${encodeURIComponent(node)}`}>
            {node}
          </Link>
        ))}
        {job.nodes.length === 0 && 'none'}
      </p>
      <h2>Description</h2>
      <p className="line">
        {parseFacets(job.description).map((facet) => (
          <code key={`${facet.key}/${facet.value}`} className="chip" title={`${facet.key}/${facet.value}`}>
            {facetText(facet)}
          </code>
        ))}
      </p>
      {job.description !== '' && <Copy text={job.description} label="description" />}
    </section>
  );
}

function previousSentence({ previous }: Job, page: RunPage): string {
  if (page.previous === null) return 'There is no finished run before this one.';
  if (previous === null) return 'The run before had no job of this description.';
  return `The same description in the run before: ${previous}.`;
}
