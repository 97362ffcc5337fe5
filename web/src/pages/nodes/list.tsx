import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Time } from '../../ui/Time.tsx';
import { NodeLink, NodeStateCell, ResultsCell, RunningCell, SuspectBadge, systemOf } from './cells.tsx';
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
    {
      id: 'name',
      title: 'Node',
      width: '128px',
      sortable: true,
      cell: (node) => <NodeLink node={node} />,
      text: (node) => node.name,
      value: (node) => node.name,
    },
    {
      id: 'state',
      title: 'State',
      width: '92px',
      sortable: true,
      cell: (node) => <NodeStateCell node={node} />,
      value: nodeState,
    },
    {
      id: 'since',
      title: 'Locked since',
      width: '96px',
      sortable: true,
      cell: (node) => (node.locked ? <Time at={node.locked_since} /> : null),
      value: (node) => node.locked_since,
    },
    {
      id: 'owner',
      title: 'Locked by',
      width: 'minmax(130px, 1fr)',
      sortable: true,
      text: (node) => node.locked_by ?? '',
      value: (node) => node.locked_by,
    },
    { id: 'running', title: 'Running', width: '108px', cell: (node) => <RunningCell node={node} /> },
    { id: 'system', title: 'System', width: '124px', sortable: true, cell: systemOf, value: systemOf },
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
        <span className="two-lines-end two-lines-text">{node.locked_by}</span>
      </MobileLine>
      <MobileLine end={node.suspect && <SuspectBadge />}>
        <ResultsCell node={node} />
      </MobileLine>
    </MobileRow>
  );
}
