import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, sortedBy } from '../../ui/grid-types.ts';
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
