import { useEffect, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { isFailing } from '../../../../src/core/compare.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { AuditList } from '../../../../src/http/api/audit.ts';
import type { NodeItem, NodePage, Suspicion } from '../../../../src/http/api/lab.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { usePathParts, useTitle } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { causeLine, plural } from '../../lib/format.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Strip } from '../../ui/Bar.tsx';
import { Copy } from '../../ui/Copy.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { OlderFooter, useOlderPages } from '../../ui/Older.tsx';
import { Loaded, NotFound } from '../../ui/States.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';
import { Changes } from '../audit/changes.tsx';
import { NodeStateCell, ResultsCell, RunningCell, SuspectBadge, systemOf } from '../nodes/list.tsx';
import { nodeState } from '../nodes/node-facts.ts';
import '../nodes/nodes.css';

/** A node: its facts and its jobs. */
export default function NodePageView() {
  const [, asked = ''] = usePathParts();
  const [, go] = useLocation();
  const page = useApi<NodePage>(apiPath.node(asked));
  const { data, error } = page;
  const name = data?.node.name ?? asked;
  // Lists show names without their domain; the URL of a page has the full name.
  useEffect(() => {
    if (name !== asked) go(pagePath.node(name), { replace: true });
  }, [name, asked, go]);
  useLive('nodes', useThrottled(page.refetch));
  useTitle(data ? `${name} ${nodeState(data.node)}` : name);
  if (error?.status === 404) return <NotFound what={`node ${name}`} nearest={error.nearest} noun="node" />;
  return (
    <>
      <section className="page-head">
        <h1>
          {name} <Copy text={name} label="node name" />
        </h1>
        {data && <Facts node={data.node} jobs={data.jobs} />}
      </section>
      <Loaded of={page} rows={16}>
        {(data) => (
          <>
            <NodeHistory name={name} />
            <Jobs key={name} name={name} first={data} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Facts({ node, jobs }: { node: NodeItem; jobs: JobItem[] }) {
  const isDown = nodeState(node) === 'down';
  const command = `teuthology-lock --update --status ${isDown ? 'up' : 'down'} ${node.name}`;
  return (
    <>
      <div className="line">
        <NodeStateCell node={node} />
        {node.locked && (
          <span>
            locked by <b>{node.locked_by ?? 'unknown'}</b> since <Time at={node.locked_since} />
          </span>
        )}
        {node.machine_type && (
          <Link href={pagePath.nodes({ machine_type: node.machine_type })}>{node.machine_type}</Link>
        )}
        <span>{[systemOf(node), node.arch].filter(Boolean).join(' · ') || 'system unknown'}</span>
        {node.running && (
          <span>
            {isDown ? 'but its last job has not ended: ' : 'running job '}
            <RunningCell node={node} />
          </span>
        )}
      </div>
      {node.suspect && <Suspect suspect={node.suspect} />}
      {node.description && <p className="break">{node.description}</p>}
      <div className="line">
        <span className="quiet">last 14 d</span> <ResultsCell node={node} />
      </div>
      <JobStrip jobs={jobs} />
      <div className="line">
        <span className="quiet">{isDown ? 'Mark it up:' : 'Mark it down:'}</span> <code>{command}</code>{' '}
        <Copy text={command} label="command" />
      </div>
    </>
  );
}

/** Why the node is suspect, with the numbers and the causes of its failed jobs. */
function Suspect({ suspect: { sentence, causes } }: { suspect: Suspicion }) {
  return (
    <div className="node-suspect">
      <p>
        <SuspectBadge /> {sentence}{' '}
        <span className="quiet">Last 14 days, without outages that also hit other nodes.</span>
      </p>
      <ul className="plain-list">
        {causes.map(({ id, title, jobs }) => (
          <li key={id}>
            {jobs} × <code>{title}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function JobStrip({ jobs }: { jobs: JobItem[] }) {
  if (jobs.length === 0) return null;
  const cells = jobs.map((job) => ({ status: job.status, title: `${job.status}: ${job.run}/${job.job_id}` })).reverse();
  const bad = jobs.filter(({ status }) => isFailing(status)).length;
  const sentence = `${bad} of the last ${plural(jobs.length, 'job')} failed`;
  return (
    <div className="line node-strip">
      <Strip cells={cells} sentence={sentence} /> <span aria-hidden="true">{sentence}</span>
    </div>
  );
}

function Jobs({ name, first }: { name: string; first: NodePage }) {
  const read = (after: string) => fetchApi<NodePage>(apiPath.node(name, { after }));
  const { pages, ...older } = useOlderPages(first, read);
  const jobs = useMemo(() => {
    const all = pages.flatMap((page) => page.jobs);
    return [...new Map(all.map((job) => [`${job.run}/${job.job_id}`, job])).values()];
  }, [pages]);
  return (
    <>
      <NodeJobs jobs={jobs} />
      <OlderFooter of={older} count={plural(jobs.length, 'job')} />
    </>
  );
}

/** The last changes of a node, which show who locked it, when, and why. */
export function NodeHistory({ name }: { name: string }) {
  const q = `kind:node ${literalTerm('target', name)}`;
  const { data } = useApi<AuditList>(apiPath.audit({ q, limit: '10' }));
  if (!data || data.changes.length === 0) return null;
  return (
    <details className="node-history" open>
      <summary>Recent changes {data.next !== null && <Link href={pagePath.audit({ q })}>all changes</Link>}</summary>
      <Changes changes={data.changes} isOfOne />
    </details>
  );
}

/** The jobs of a node, newest first. */
function NodeJobs({ jobs }: { jobs: JobItem[] }) {
  return (
    <Grid<JobItem>
      label="Jobs"
      rows={jobs}
      columns={columns}
      rowKey={(job) => `${job.run}/${job.job_id}`}
      rowHref={(job) => pagePath.job(job.run, job.job_id)}
      mobile={(job) => <MobileJob job={job} />}
      emptyText="No jobs have run on this node."
    />
  );
}

const columns: Column<JobItem>[] = [
  { id: 'status', title: 'Status', width: '72px', cell: ({ status }) => <Status status={status} /> },
  {
    id: 'job',
    title: 'Job',
    width: '96px',
    cell: (job) => <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>,
  },
  { id: 'started', title: 'Started', width: '104px', cell: ({ started, posted }) => <Time at={started ?? posted} /> },
  { id: 'suite', title: 'Suite', width: '110px', cell: ({ suite }) => suite },
  { id: 'branch', title: 'Branch', width: 'minmax(120px, 1fr)', text: ({ branch }) => branch },
  {
    id: 'cause',
    title: 'Failure',
    width: 'minmax(200px, 3fr)',
    cell: (job) => <code>{causeOf(job)}</code>,
    text: ({ failure_reason }) => failure_reason ?? '',
  },
  { id: 'system', title: 'System', width: '124px', cell: ({ os }) => os ?? '' },
  { id: 'duration', title: 'Duration', width: '88px', align: 'right', cell: (job) => <JobTime job={job} /> },
];

function causeOf(job: JobItem): string {
  return causeLine(job) || (job.failure_reason?.split('\n')[0] ?? '');
}

function MobileJob({ job }: { job: JobItem }) {
  return (
    <MobileRow>
      <MobileLine end={<Time at={job.started ?? job.posted} />}>
        <Status status={job.status} /> <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>{' '}
        <span className="cut quiet">{job.suite}</span>
      </MobileLine>
      <MobileLine end={<JobTime job={job} />}>
        <code className="cut">{causeOf(job) || job.branch}</code>
      </MobileLine>
    </MobileRow>
  );
}
