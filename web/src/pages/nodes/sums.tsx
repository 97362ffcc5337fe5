import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab.ts';
import { useUrlState } from '../../lib/address.ts';
import { number } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, sortedBy } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Duration, useMinute } from '../../ui/Time.tsx';
import { NodeLink, NodeStateCell, ResultsCell, SuspectBadge } from './list.tsx';
import { excessText, infraText, type NodeResult, nodeResults, type Owner, owners, rateText } from './node-facts.ts';

/** How many nodes each owner has locked, and for how long. */
export function NodesOwners({ nodes }: { nodes: NodeItem[] }) {
  const now = useMinute();
  const [sort, setSort] = useUrlState('sort', '-locked');
  const rows = useMemo(() => owners(nodes, now), [nodes, now]);
  return (
    <>
      <p className="nodes-hint quiet">Stale: locked for more than a day without a running job.</p>
      <Grid<Owner>
        label="Locks by owner"
        rows={rows}
        columns={ownerColumns}
        rowKey={({ owner, machineType }) => `${owner} ${machineType}`}
        rowHref={({ owner }) => pagePath.nodes({ q: owner })}
        sort={sort}
        onSort={setSort}
        mobile={(row) => <MobileOwner row={row} />}
        emptyText="No node is locked."
      />
    </>
  );
}

const ownerColumns: Column<Owner>[] = [
  sortedBy('owner', 'Owner', 'minmax(160px, 2fr)', ({ owner }) => owner, { text: ({ owner }) => owner }),
  sortedBy('type', 'Machine type', '128px', (row) => row.machineType, { cell: (row) => row.machineType }),
  sortedBy('locked', 'Locked', '88px', (row) => row.locked, { align: 'right', cell: (row) => number(row.locked) }),
  sortedBy('idle', 'Idle', '112px', (row) => row.idle, { align: 'right', cell: (row) => number(row.idle) }),
  sortedBy('stale', 'Stale', '80px', ({ stale }) => stale, {
    align: 'right',
    cell: ({ stale }) => (stale > 0 ? <b>{number(stale)}</b> : '0'),
  }),
  sortedBy('oldest', 'Oldest lock', '128px', (row) => row.oldest, {
    align: 'right',
    cell: (row) => <Age at={row.oldest} />,
  }),
];

function Age({ at }: { at: number | null }) {
  const now = useMinute();
  if (at === null) return <span className="quiet">–</span>;
  const days = (now - at) / 86_400_000;
  return days >= 2 ? (
    <span title={new Date(at).toISOString()}>{Math.floor(days)} d</span>
  ) : (
    <Duration seconds={Math.max(0, (now - at) / 1000)} />
  );
}

function MobileOwner({ row }: { row: Owner }) {
  return (
    <MobileRow>
      <MobileLine end={`${number(row.locked)} locked`}>
        <span className="cut">{row.owner}</span>
      </MobileLine>
      <MobileLine className="quiet" end={<Age at={row.oldest} />}>
        {row.machineType} · {number(row.idle)} idle · {number(row.stale)} stale
      </MobileLine>
    </MobileRow>
  );
}

/** Results by node, the worst first. */
export function NodesResults({ nodes }: { nodes: NodeItem[] }) {
  const [sort, setSort] = useUrlState('sort', '-infra');
  const results = useMemo(() => nodeResults(nodes), [nodes]);
  return (
    <>
      <p className="nodes-hint quiet">
        Infra: jobs of the last 14 days that failed because of the lab, without outages that also hit other nodes. A
        suspect node has more of them than chance explains. Excess: failed and dead jobs above the average for the same
        number of jobs on nodes of the same machine type.
      </p>
      <Grid<NodeResult>
        label="Results by node"
        rows={results}
        columns={resultColumns}
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

const resultColumns: Column<NodeResult>[] = [
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
