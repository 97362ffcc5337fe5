import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { AuditItem } from '../../../../src/http/api/audit.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Time } from '../../ui/Time.tsx';
import { detailOf, whoOf } from './change-facts.ts';

/** A list of changes, newest first. With `isOfOne`, all of them are of one object, and its column is left out. */
export function Changes({ changes, isOfOne = false }: { changes: readonly AuditItem[]; isOfOne?: boolean }) {
  return (
    <Grid<AuditItem>
      label="Changes"
      rows={changes}
      columns={isOfOne ? columns.filter(({ id }) => id !== 'target') : columns}
      rowKey={({ id }) => String(id)}
      mobile={(change) => <MobileChange change={change} />}
      emptyText="No changes."
      {...(isOfOne && { height: 'auto' })}
    />
  );
}

const columns: Column<AuditItem>[] = [
  { id: 'at', title: 'When', width: '104px', cell: ({ at }) => <Time at={at} /> },
  {
    id: 'who',
    title: 'Who',
    width: 'minmax(120px, 1fr)',
    cell: (change) => <Who change={change} />,
    text: (change) => whoOf(change).name,
  },
  { id: 'action', title: 'Action', width: '76px', cell: ({ action }) => action },
  {
    id: 'target',
    title: 'Object',
    width: 'minmax(160px, 2fr)',
    cell: (change) => <Target change={change} />,
    text: ({ kind, target }) => `${kind} ${target}`,
  },
  { id: 'detail', title: 'Change', width: 'minmax(160px, 3fr)', text: detailOf },
  { id: 'address', title: 'From', width: '130px', cell: ({ address, door }) => address ?? door, text: from },
];

function from({ address, door, request }: AuditItem): string {
  return [address, door, request && `request ${request}`].filter(Boolean).join(', ');
}

function Who({ change }: { change: AuditItem }) {
  const { name, verified } = whoOf(change);
  if (verified) return <>{name}</>;
  return (
    <span title={name === 'unknown' ? 'no name given' : 'not verified'}>
      {name} <span className="quiet">?</span>
    </span>
  );
}

function Target({ change: { kind, target } }: { change: AuditItem }) {
  if (kind === 'node') return <Link href={pagePath.node(target)}>{target}</Link>;
  if (kind === 'run') return <Link href={pagePath.run(target)}>{target}</Link>;
  return (
    <>
      {kind} {target}
    </>
  );
}

function MobileChange({ change }: { change: AuditItem }) {
  return (
    <MobileRow>
      <MobileLine end={<Time at={change.at} />}>
        {change.action}{' '}
        <span className="cut">
          <Target change={change} />
        </span>
      </MobileLine>
      <MobileLine>
        <Who change={change} /> <span className="cut quiet">{detailOf(change)}</span>
      </MobileLine>
    </MobileRow>
  );
}
