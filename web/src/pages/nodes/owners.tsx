import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { number } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, sortedBy } from '../../ui/grid-types.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Duration, useMinute } from '../../ui/Time.tsx';
import { type Owner, owners } from './node-facts.ts';

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
        columns={columns}
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

const columns: Column<Owner>[] = [
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
