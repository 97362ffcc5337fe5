import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { number } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
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
  {
    id: 'owner',
    title: 'Owner',
    width: 'minmax(160px, 2fr)',
    sortable: true,
    text: ({ owner }) => owner,
    value: ({ owner }) => owner,
  },
  {
    id: 'type',
    title: 'Machine type',
    width: '128px',
    sortable: true,
    cell: ({ machineType }) => machineType,
    value: ({ machineType }) => machineType,
  },
  {
    id: 'locked',
    title: 'Locked',
    width: '88px',
    align: 'right',
    sortable: true,
    cell: ({ locked }) => number(locked),
    value: ({ locked }) => locked,
  },
  {
    id: 'idle',
    title: 'Idle',
    width: '112px',
    align: 'right',
    sortable: true,
    cell: ({ idle }) => number(idle),
    value: ({ idle }) => idle,
  },
  {
    id: 'stale',
    title: 'Stale',
    width: '80px',
    align: 'right',
    sortable: true,
    cell: ({ stale }) => (stale > 0 ? <b>{number(stale)}</b> : '0'),
    value: ({ stale }) => stale,
  },
  {
    id: 'oldest',
    title: 'Oldest lock',
    width: '128px',
    align: 'right',
    sortable: true,
    cell: (row) => <Age at={row.oldest} />,
    value: ({ oldest }) => oldest,
  },
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
        <span className="two-lines-text">{row.owner}</span>
      </MobileLine>
      <MobileLine className="quiet" end={<Age at={row.oldest} />}>
        {row.machineType} · {number(row.idle)} idle · {number(row.stale)} stale
      </MobileLine>
    </MobileRow>
  );
}
