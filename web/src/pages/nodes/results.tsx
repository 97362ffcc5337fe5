import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { NodeLink, NodeStateCell, ResultsCell, SuspectBadge } from './cells.tsx';
import { excessText, infraText, type NodeResult, nodeResults, rateText } from './node-facts.ts';

/** Nodes, the worst first. */
export function NodesResults({ nodes }: { nodes: NodeItem[] }) {
  const [sort, setSort] = useUrlState('sort', '-infra');
  const results = useMemo(() => nodeResults(nodes), [nodes]);
  return (
    <>
      <p className="nodes-hint quiet">
        Infra: jobs of the last 14 days that failed of the lab, without outages that hit other nodes too; a suspect node
        has so many that chance does not explain it. Excess: failed and dead jobs beyond what is average for the same
        number of jobs on nodes of the same machine type.
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
    width: '96px',
    sortable: true,
    cell: ({ node }) => <NodeLink node={node} />,
    value: ({ node }) => node.name,
  },
  {
    id: 'type',
    title: 'Type',
    width: '64px',
    sortable: true,
    cell: ({ node }) => node.machine_type ?? '',
    value: ({ node }) => node.machine_type,
  },
  { id: 'state', title: 'State', width: '92px', cell: ({ node }) => <NodeStateCell node={node} /> },
  {
    id: 'infra',
    title: 'Infra',
    width: '88px',
    align: 'right',
    sortable: true,
    cell: infraText,
    value: ({ infra }) => infra,
  },
  {
    id: 'suspect',
    title: 'Suspect',
    width: 'minmax(200px, 1fr)',
    cell: ({ node: { suspect } }) =>
      suspect && (
        <>
          <SuspectBadge /> {suspect.sentence}
        </>
      ),
    text: ({ node: { suspect } }) => suspect?.sentence ?? '',
  },
  {
    id: 'excess',
    title: 'Excess',
    width: '68px',
    align: 'right',
    sortable: true,
    cell: ({ excess }) => excessText(excess),
    value: ({ excess }) => excess,
  },
  {
    id: 'rate',
    title: 'Failed',
    width: '64px',
    align: 'right',
    sortable: true,
    cell: rateText,
    value: ({ bad, ended }) => (ended === 0 ? null : bad / ended),
  },
  { id: 'results', title: 'Results', width: '352px', cell: ({ node }) => <ResultsCell node={node} /> },
];

function MobileResult({ result }: { result: NodeResult }) {
  const { suspect } = result.node;
  return (
    <MobileRow>
      <MobileLine end={`${rateText(result)} failed · excess ${excessText(result.excess)}`}>
        <NodeLink node={result.node} /> <span className="quiet">{result.node.machine_type}</span>
      </MobileLine>
      <MobileLine>
        {suspect === null ? (
          <ResultsCell node={result.node} />
        ) : (
          <>
            <SuspectBadge />{' '}
            <span className="two-lines-text">
              {infraText(result)} infra, others {suspect.others.failures} of {suspect.others.jobs}
            </span>
          </>
        )}
      </MobileLine>
    </MobileRow>
  );
}
