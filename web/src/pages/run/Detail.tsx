import { type RefObject, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { isFailing } from '../../../../src/core/compare.ts';
import { type Facet, facetText, parseFacets } from '../../../../src/core/facets.ts';
import { causesOfJob } from '../../../../src/core/job.ts';
import type { KnownLog } from '../../../../src/core/logs/first-error.ts';
import { apiPath, hasLog, logLinks, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { CausePlaces } from '../../../../src/http/api/cause.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { useApi } from '../../lib/api.ts';
import { plural, shortHost, traitsOf } from '../../lib/format.ts';
import { counted } from '../../lib/sets.ts';
import { Copy } from '../../ui/Copy.tsx';
import { FailureReason, ReadLog } from '../../ui/Excerpt.tsx';
import { OutLink } from '../../ui/OutLink.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';
import { Value } from '../../ui/Value.tsx';
import { Decision } from './Decision.tsx';
import type { Group } from './groups.ts';
import { baseQuery } from './headline.ts';
import type { Job } from './jobs.ts';
import { RerunButton } from './Rerun.tsx';
import type { Triage } from './use-triage.ts';
import { CasesOfGroup } from './Views.tsx';
import { Badge, JobCauses, SeenStrip, VerdictDetail } from './verdict-view.tsx';

interface DetailProps {
  page: RunPage;
  /** The facets in which each job differs from the others of the run, by the index of the job. */
  differing: readonly (readonly Facet[])[];
}

/** A cause: the number of its jobs, its verdict with reasons, where it occurred, and its first job. */
export function GroupDetail({ page, group, differing, triage }: DetailProps & { group: Group; triage: Triage | null }) {
  const [first] = group.jobs;
  return (
    <>
      <div className="line">
        <span className="strong">{plural(group.jobs.length, 'job')}</span> <Badge group={group} />
        {group.signature !== null && traitsOf(group.signature).map((trait) => <span key={trait}>{trait}</span>)}
        <SeenStrip page={page} group={group} />
        <RerunButton run={page.run} jobs={group.jobs} label="Rerun these…" />
      </div>
      <p className="mono break">
        {group.signature === null ? (
          group.title
        ) : (
          <Link href={pagePath.cause(group.signature.id)} title="All details of this cause">
            {group.title}
          </Link>
        )}
      </p>
      <CasesOfGroup page={page} group={group} />
      {group.verdict !== null && <VerdictDetail page={page} verdict={group.verdict} />}
      <Decision page={page} group={group} triage={triage} />
      {group.jobs.length > 1 && (
        <>
          <h2>Where</h2>
          <Where
            name="nodes"
            counts={counted(group.jobs.flatMap(({ nodes }) => nodes.map(shortHost)))}
            of={group.jobs.length}
          />
          <Where name="os" counts={counted(group.jobs.map(({ os }) => os ?? 'unknown'))} of={group.jobs.length} />
        </>
      )}
      {first && (
        <>
          <h2>{group.jobs.length === 1 ? 'Job' : `One of its ${group.jobs.length} jobs`}</h2>
          <JobDetail page={page} job={first} differing={differing} />
        </>
      )}
      {group.signature !== null && <Elsewhere key={group.signature.id} run={page.run} cause={group.signature.id} />}
    </>
  );
}

/** The three most frequent values: "smithi141 4 of 6". */
function Where({ name, counts, of }: { name: string; counts: [string, number][]; of: number }) {
  return (
    <p className="line">
      {name}
      {counts.slice(0, 3).map(([value, times]) => (
        <span key={value}>
          <span className="strong">{value}</span> {times} of {of}
        </span>
      ))}
      {counts.length > 3 && <span>and {counts.length - 3} more</span>}
    </p>
  );
}

/** Everything that the run page knows about a job, starting with its failure reason. */
export function JobDetail({ page, job, differing }: DetailProps & { job: Job }) {
  return (
    <>
      <div className="line">
        <Status status={job.status} word />
        <span>
          <Link href={pagePath.job(page.run.name, job.job_id, baseQuery(page))}>{job.job_id}</Link>{' '}
          <Copy text={job.job_id} label="job id" />
        </span>
        <JobTime job={job} />
        <span>{job.os ?? 'OS unknown'}</span>
        {job.started !== null && (
          <span>
            started <Time at={job.started} />
          </span>
        )}
      </div>
      <JobLinks page={page} job={job} />
      {isFailing(job.status) && <Reason page={page} job={job} />}
      <h2>Nodes</h2>
      <p className="line">
        {job.nodes.map((node) => (
          <Link key={node} href={pagePath.node(node)}>
            {node}
          </Link>
        ))}
        {job.nodes.length === 0 && 'none reported'}
      </p>
      <Description job={job} differing={differing[job.index] ?? []} />
    </>
  );
}

function JobLinks({ page, job }: { page: RunPage; job: Job }) {
  const path = [page.run.name, job.job_id] as const;
  return (
    <p className="line">
      <Link href={pagePath.job(...path, baseQuery(page))}>job page</Link>
      {page.reads_logs && hasLog(job.status) && <Link href={pagePath.log(...path)}>read the log</Link>}
      {[...logLinks(page.log_href_template, page.run.name, job), ...job.links].map((link) => (
        <OutLink key={link.name} {...link} />
      ))}
      <Link href={pagePath.job(...path, { view: 'history', ...baseQuery(page) })}>history</Link>
    </p>
  );
}

function Reason({ page, job }: { page: RunPage; job: Job }) {
  const causes = causesOfJob(job);
  const said = new Map(page.verdicts.map((verdict) => [verdict.cause, verdict]));
  const verdict = said.get(job.signature?.id ?? '');
  return (
    <>
      <FailureReason reason={job.failure_reason} />
      {page.reads_logs && <LogExcerpt run={page.run.name} job={job.job_id} />}
      {causes.length > 1 && (
        <>
          <h2>{causes.length} causes</h2>
          <JobCauses run={page.run} causes={causes} said={said} />
        </>
      )}
      <h2>Before</h2>
      {verdict && causes.length === 1 && (
        <p>
          {verdict.verdict}: {verdict.sentence}
        </p>
      )}
      <p>{previousSentence(job, page)}</p>
    </>
  );
}

/** What the log says; nothing while it is unknown. */
function LogExcerpt({ run, job }: { run: string; job: string }) {
  const { data } = useApi<KnownLog>(apiPath.excerpt(run, job));
  return data ? <ReadLog run={run} job={job} log={data} /> : null;
}

function previousSentence({ previous }: Job, page: RunPage): string {
  if (page.previous === null) return 'There is no earlier finished run.';
  if (previous === null) return 'The previous run had no job with this description.';
  return `The same description in the previous run: ${previous}.`;
}

/** The facets of the description. Those that some jobs of the run lack come first. */
function Description({ job, differing }: { job: Job; differing: readonly Facet[] }) {
  const names = new Set(differing.map(facetText));
  const common = parseFacets(job.description).filter((facet) => !names.has(facetText(facet)));
  return (
    <>
      <h2>Description {job.description !== null && <Copy text={job.description} label="description" />}</h2>
      {job.description === null && <p>none reported</p>}
      <Facets facets={differing} />
      {common.length > 0 && (
        <>
          {differing.length > 0 && <p className="quiet">Common to all jobs:</p>}
          <Facets facets={common} />
        </>
      )}
    </>
  );
}

function Facets({ facets }: { facets: readonly Facet[] }) {
  return (
    <p className="facets">
      {facets.map((facet) => (
        <code key={facetText(facet)} className="chip">
          <Value field="f" value={facetText(facet)} />
        </code>
      ))}
    </p>
  );
}

/** The most places in the pane; the page of the cause lists all of them. */
const mostPlaces = 6;

/** The other suites and branches in which a cause occurred in the last days. */
export function Elsewhere({ run, cause }: { run: RunItem; cause: string }) {
  const place = useRef<HTMLHeadingElement>(null);
  const seen = useSeen(place);
  const { data } = useApi<CausePlaces>(seen ? apiPath.causePlaces(cause) : null);
  const places = data?.places.filter(({ suite, branch }) => suite !== run.suite || branch !== run.branch);
  return (
    <>
      <h2 ref={place}>The same cause elsewhere</h2>
      {places === undefined && <p className="quiet">…</p>}
      {places?.length === 0 && <p>Not in any other suite or branch in the last {data?.days} days.</p>}
      {places !== undefined && places.length > 0 && (
        <ul className="plain-list">
          {places.slice(0, mostPlaces).map(({ suite, branch, runs, jobs, last }) => (
            <li key={`${suite} ${branch}`} className="break">
              <Link href={pagePath.run(last.run, { q: literalTerm('cause', cause) })}>
                {suite} on {branch}
              </Link>
              : {plural(jobs, 'job')} in {plural(runs, 'run')}, last <Time at={last.posted} />
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link href={pagePath.cause(cause)}>
          {places !== undefined && places.length > mostPlaces
            ? `${places.length - mostPlaces} more places and all details`
            : 'All details of this cause'}
        </Link>
      </p>
    </>
  );
}

/** Whether an element has ever been visible. A user who only looks at the first cause then causes no further requests. */
function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}
