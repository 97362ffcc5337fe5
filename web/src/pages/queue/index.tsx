import { useMemo } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { Queue } from '../../../../src/http/api/lab.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { usePathParts, useTitle } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Empty, Loaded } from '../../ui/States.tsx';
import { Duration, Time, useMinute } from '../../ui/Time.tsx';
import { Results } from '../runs/columns.tsx';
import './queue.css';

type OneQueue = Queue['queues'][number];

/** Queued runs by machine type, in the order in which they will run. */
export default function QueuePage() {
  const [, only] = usePathParts();
  const queue = useApi<Queue>(apiPath.queue());
  const { data } = queue;
  useLive('queue', useThrottled(queue.refetch));
  const queued = data?.queues.reduce((sum, queue) => sum + queue.queued, 0) ?? 0;
  useTitle(data ? `${number(queued)} queued` : 'Queue');
  return (
    <>
      <section className="page-head">
        <h1>{only === undefined ? 'Queue' : `Queue for ${only}`}</h1>
        <p className="line">
          {data && <span>{queued === 0 ? 'No jobs queued' : `${plural(queued, 'job')} queued`}</span>}
          <span className="quiet">Lower priority numbers run first; among equal priorities, the oldest run.</span>
          {only !== undefined && <Link href={pagePath.queue()}>All machine types</Link>}
        </p>
      </section>
      <Loaded of={queue} rows={10}>
        {({ queues }) => <Queues all={queues} only={only} />}
      </Loaded>
    </>
  );
}

function Queues({ all, only }: { all: readonly OneQueue[]; only: string | undefined }) {
  const queues = all.filter(({ machine_type }) => only === undefined || machine_type === only);
  if (queues.length === 0) {
    return (
      <Empty
        title={
          only === undefined
            ? 'No machine types are known yet. To schedule a run on one:'
            : `There is no queue for ${only}. To schedule a run on it:`
        }
        command={`teuthology-suite --suite smoke --machine-type ${only ?? 'MACHINE_TYPE'}`}
      />
    );
  }
  return (
    <div className="body">
      {queues.map((queue) => (
        <QueueSection key={queue.machine_type} queue={queue} />
      ))}
    </div>
  );
}

function QueueSection({ queue }: { queue: OneQueue }) {
  const { machine_type, runs } = queue;
  const columns = useMemo(() => queueColumns(runs), [runs]);
  return (
    <section className="queue" aria-labelledby={`queue-${machine_type}`}>
      <h2 id={`queue-${machine_type}`}>
        <Link href={pagePath.queue(machine_type)}>{machine_type || 'no machine type'}</Link>
      </h2>
      <QueueFacts queue={queue} />
      {runs.length > 0 && (
        <Grid<RunItem>
          label={`Queue for ${machine_type}`}
          rows={runs}
          columns={columns}
          rowKey={(run) => run.name}
          rowHref={(run) => pagePath.run(run.name)}
          mobile={(run) => <MobileQueued run={run} place={runs.indexOf(run) + 1} />}
          emptyText=""
          height="auto"
        />
      )}
    </section>
  );
}

function QueueFacts({ queue }: { queue: OneQueue }) {
  const { running, running_elsewhere, queued, nodes, paused, machine_type } = queue;
  return (
    <p className="line">
      <span>
        <b>{number(queued)}</b> queued
      </span>
      <span>
        <b>{number(running)}</b> running
        {running_elsewhere > 0 && (
          <>
            {', '}
            <Link href={pagePath.runs({ q: `status:running machine:${machine_type}` })}>
              {number(running_elsewhere)} of them in runs without queued jobs
            </Link>
          </>
        )}
      </span>
      <Link href={pagePath.nodes({ machine_type })}>
        {number(nodes.free)} free of {number(nodes.up)} nodes up
      </Link>
      {nodes.down > 0 && <span>{number(nodes.down)} down</span>}
      {paused && (
        <span className="queue-paused">
          <b>paused</b>
          {paused.by && ` by ${paused.by}`}
          {paused.since !== null && (
            <>
              {' since '}
              <Time at={paused.since} />
            </>
          )}
          {paused.until !== null && (
            <>
              {' until '}
              <Time at={paused.until} />
            </>
          )}
        </span>
      )}
    </p>
  );
}

function queueColumns(runs: RunItem[]): Column<RunItem>[] {
  const places = new Map(runs.map((run, index) => [run, index + 1]));
  return [
    { id: 'place', title: '#', width: '44px', align: 'right', cell: (run) => places.get(run) },
    {
      id: 'run',
      title: 'Run',
      width: 'minmax(200px, 3fr)',
      cell: (run) => <Link href={pagePath.run(run.name)}>{run.name}</Link>,
      text: (run) => run.name,
    },
    { id: 'user', title: 'User', width: '110px', cell: (run) => run.user },
    { id: 'priority', title: 'Priority', width: '72px', align: 'right', cell: (run) => run.priority ?? '' },
    { id: 'queued', title: 'Queued', width: '84px', align: 'right', cell: (run) => number(run.counts.queued) },
    {
      id: 'results',
      title: 'Results',
      width: 'minmax(250px, 2fr)',
      cell: (run) => <Results counts={run.counts} total={run.total} />,
    },
    { id: 'waiting', title: 'Waiting', width: '84px', align: 'right', cell: (run) => <Waiting run={run} /> },
  ];
}

function Waiting({ run }: { run: RunItem }) {
  return <Duration seconds={Math.max(0, (useMinute() - run.scheduled) / 1000)} />;
}

function MobileQueued({ run, place }: { run: RunItem; place: number }) {
  return (
    <MobileRow>
      <MobileLine>
        <span className="quiet">{place}</span>
        <Link className="cut" href={pagePath.run(run.name)}>
          {run.name}
        </Link>
      </MobileLine>
      <MobileLine end={<Waiting run={run} />}>
        {number(run.counts.queued)} queued{' '}
        <span className="quiet">
          priority {run.priority ?? 'none'} · {run.user}
        </span>
      </MobileLine>
    </MobileRow>
  );
}
