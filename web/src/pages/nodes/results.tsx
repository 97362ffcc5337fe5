import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, sortedBy } from '../../ui/grid-types.ts';
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
  sortedBy('name', 'Node', '96px', ({ node }) => node.name, { cell: ({ node }) => <NodeLink node={node} /> }),
  sortedBy('type', 'Type', '64px', ({ node }) => node.machine_type, { cell: ({ node }) => node.machine_type }),
  { id: 'state', title: 'State', width: '92px', cell: ({ node }) => <NodeStateCell node={node} /> },
  sortedBy('infra', 'Infra', '88px', ({ infra }) => infra, { align: 'right', cell: infraText }),
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
  sortedBy('excess', 'Excess', '68px', ({ excess }) => excess, {
    align: 'right',
    cell: ({ excess }) => excessText(excess),
  }),
  sortedBy('rate', 'Failed', '64px', ({ bad, ended }) => (ended === 0 ? null : bad / ended), {
    align: 'right',
    cell: rateText,
  }),
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
            <span className="cut">
              {infraText(result)} infra, others {suspect.others.failures} of {suspect.others.jobs}
            </span>
          </>
        )}
      </MobileLine>
    </MobileRow>
  );
}
