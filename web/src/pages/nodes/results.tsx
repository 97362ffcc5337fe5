import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { number } from '../../lib/format.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { NodeLink, NodeStateCell, ResultsCell } from './cells.tsx';
import { excessText, type NodeResult, nodeResults, rateText } from './node-facts.ts';

/** Nodes ordered by excess failures. */
export function NodesResults({ nodes }: { nodes: NodeItem[] }) {
  const [sort, setSort] = useUrlState('sort', '-excess');
  const results = useMemo(() => nodeResults(nodes), [nodes]);
  return (
    <>
      <p className="nodes-hint quiet">
        Excess: failed and dead jobs beyond what is average for the same number of jobs on nodes of the same machine
        type.
      </p>
      <Grid<NodeResult>
        label="Results by node"
        rows={results}
        columns={columns}
        rowKey={({ node }) => node.name}
        rowHref={({ node }) => pagePath.node(node.name)}
        sort={sort}
        onSort={setSort}
        mobile={(result) => <MobileResult result={result} />}
        emptyText="No nodes"
      />
    </>
  );
}

const columns: Column<NodeResult>[] = [
  {
    id: 'name',
    title: 'Node',
    width: '128px',
    sortable: true,
    cell: ({ node }) => <NodeLink node={node} />,
    value: ({ node }) => node.name,
  },
  {
    id: 'type',
    title: 'Type',
    width: '96px',
    sortable: true,
    cell: ({ node }) => node.machine_type ?? '',
    value: ({ node }) => node.machine_type,
  },
  { id: 'state', title: 'State', width: '92px', cell: ({ node }) => <NodeStateCell node={node} /> },
  {
    id: 'excess',
    title: 'Excess',
    width: '80px',
    align: 'right',
    sortable: true,
    cell: ({ excess }) => excessText(excess),
    value: ({ excess }) => excess,
  },
  {
    id: 'rate',
    title: 'Failed',
    width: '80px',
    align: 'right',
    sortable: true,
    cell: rateText,
    value: ({ bad, ended }) => (ended === 0 ? null : bad / ended),
  },
  {
    id: 'jobs',
    title: 'Jobs',
    width: '72px',
    align: 'right',
    sortable: true,
    cell: ({ ended }) => number(ended),
    value: ({ ended }) => ended,
  },
  { id: 'results', title: 'Results', width: 'minmax(200px, 3fr)', cell: ({ node }) => <ResultsCell node={node} /> },
];

function MobileResult({ result }: { result: NodeResult }) {
  return (
    <div className="two-lines">
      <div className="two-lines-line">
        <NodeLink node={result.node} /> <span className="quiet">{result.node.machine_type}</span>
        <span className="two-lines-end">
          {rateText(result)} failed · excess {excessText(result.excess)}
        </span>
      </div>
      <div className="two-lines-line">
        <ResultsCell node={result.node} />
      </div>
    </div>
  );
}
