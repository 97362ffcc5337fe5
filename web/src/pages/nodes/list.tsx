import { useMemo } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab.ts';
import { useUrlState } from '../../lib/address.ts';
import { shortHost } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, sortedBy } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Time } from '../../ui/Time.tsx';
import { Results } from '../runs/columns.tsx';
import { nodeState, noteOf } from './node-facts.ts';

/** All nodes with their states. */
export function NodesList({ nodes, days }: { nodes: NodeItem[]; days: number }) {
  const [sort, setSort] = useUrlState('sort', 'name');
  const columns = useMemo(() => listColumns(days), [days]);
  return (
    <Grid<NodeItem>
      label="Nodes"
      rows={nodes}
      columns={columns}
      rowKey={(node) => node.name}
      rowHref={(node) => pagePath.node(node.name)}
      sort={sort}
      onSort={setSort}
      mobile={(node) => <MobileNode node={node} />}
      emptyText="No nodes"
    />
  );
}

function listColumns(days: number): Column<NodeItem>[] {
  return [
    sortedBy('name', 'Node', '128px', ({ name }) => name, {
      cell: (node) => <NodeLink node={node} />,
      text: ({ name }) => name,
    }),
    sortedBy('state', 'State', '92px', nodeState, { cell: (node) => <NodeStateCell node={node} /> }),
    sortedBy('since', 'Locked since', '96px', (node) => node.locked_since, {
      cell: (node) => (node.locked ? <Time at={node.locked_since} /> : null),
    }),
    sortedBy('owner', 'Locked by', 'minmax(130px, 1fr)', (node) => node.locked_by, {
      text: (node) => node.locked_by ?? '',
    }),
    { id: 'running', title: 'Running', width: '108px', cell: (node) => <RunningCell node={node} /> },
    sortedBy('system', 'System', '124px', systemOf, { cell: systemOf }),
    {
      id: 'results',
      title: `Jobs, last ${days} d`,
      width: 'minmax(376px, 1.2fr)',
      cell: (node) => (
        <span className="runs-results">
          <ResultsCell node={node} /> {node.suspect && <SuspectBadge />}
        </span>
      ),
      text: (node) => node.suspect?.sentence ?? '',
    },
    { id: 'note', title: 'Note', width: 'minmax(100px, 2fr)', cell: noteOf, text: (node) => node.description ?? '' },
  ];
}

function MobileNode({ node }: { node: NodeItem }) {
  return (
    <MobileRow>
      <MobileLine>
        <span className="whole">
          <NodeLink node={node} /> <NodeStateCell node={node} />
        </span>
        <span className="two-lines-end cut">{node.locked_by}</span>
      </MobileLine>
      <MobileLine end={node.suspect && <SuspectBadge />}>
        <ResultsCell node={node} />
      </MobileLine>
    </MobileRow>
  );
}

/** The name of a node without the domain, as a link to its page. */
export function NodeLink({ node }: { node: NodeItem }) {
  return (
    <Link href={pagePath.node(node.name)} title={node.name}>
      {shortHost(node.name)}
    </Link>
  );
}

/** The state of a node as a square and a word. */
export function NodeStateCell({ node }: { node: NodeItem }) {
  const state = nodeState(node);
  return (
    <span>
      <span className={`nodes-square nodes-${state}`} aria-hidden="true" /> {state}
      {state === 'down' && node.locked && <span className="quiet"> locked</span>}
    </span>
  );
}

/** Marks a node that fails more often than the others. */
export function SuspectBadge() {
  return <span className="badge badge-look">suspect</span>;
}

/** The job that is running on a node. */
export function RunningCell({ node: { running } }: { node: NodeItem }) {
  if (!running) return <span className="quiet">–</span>;
  return (
    <Link href={pagePath.job(running.run, running.job_id)} title={`${running.run}/${running.job_id}`}>
      {running.job_id}
    </Link>
  );
}

/** The results of the jobs of a node. */
export function ResultsCell({ node: { results } }: { node: NodeItem }) {
  const total = Object.values(results).reduce((sum, count) => sum + count, 0);
  return total === 0 ? <span className="quiet">no jobs</span> : <Results counts={results} total={total} />;
}

/** The operating system of a node: "rocky 10". */
export function systemOf({ os_type, os_version }: NodeItem): string {
  return [os_type, os_version].filter(Boolean).join(' ');
}
