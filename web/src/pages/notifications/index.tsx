import { useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import type { SavedSubscription, SubscriptionItem, SubscriptionList } from '../../../../src/http/api/subscriptions.ts';
import { useTitle, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { Button } from '../../ui/Button.tsx';
import { Copy } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Loaded } from '../../ui/States.tsx';
import { eventsText, formatNames, stateOf } from './facts.ts';
import { SubscriptionForm } from './form.tsx';
import { Subscription } from './one.tsx';
import './notifications.css';

/** Subscriptions and their deliveries. */
export default function NotificationsPage() {
  const list = useApi<SubscriptionList>(apiPath.subscriptions());
  const { data, refetch } = list;
  const [id, setId] = useUrlState('id', '');
  const [edited, setEdited] = useState<SubscriptionItem | 'new' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  useTitle('Notifications');
  const chosen = data?.subscriptions.find((one) => String(one.id) === id);
  const onSaved = async ({ subscription, secret: made }: SavedSubscription) => {
    setEdited(null);
    setSecret(made);
    await refetch();
    setId(String(subscription.id));
  };
  return (
    <>
      <section className="page-head">
        <h1>Notifications</h1>
        <p className="quiet">Subscriptions to finished runs, new causes and suspect nodes.</p>
        {data && (
          <p className="line">
            <Button onClick={() => setEdited('new')}>Add…</Button>
          </p>
        )}
      </section>
      <Loaded of={list} rows={4}>
        {({ subscriptions }) => <Subscriptions rows={subscriptions} chosen={id} onChoose={setId} />}
      </Loaded>
      {chosen && (
        <Subscription
          subscription={chosen}
          refetch={refetch}
          onEdit={() => setEdited(chosen)}
          onSaved={(saved) => void onSaved(saved)}
          onGone={() => setId('')}
        />
      )}
      <Dialogs
        edited={edited}
        sendsMail={data?.sends_mail ?? false}
        secret={secret}
        onSaved={(saved) => void onSaved(saved)}
        onEdited={() => setEdited(null)}
        onSeen={() => setSecret(null)}
      />
    </>
  );
}

interface SubscriptionsProps {
  rows: readonly SubscriptionItem[];
  chosen: string;
  onChoose: (id: string) => void;
}

function Subscriptions({ rows, chosen, onChoose }: SubscriptionsProps) {
  const choose = ({ id }: SubscriptionItem) => onChoose(String(id));
  return (
    <Grid<SubscriptionItem>
      label="Subscriptions"
      rows={rows}
      columns={columns}
      rowKey={(row) => String(row.id)}
      selected={chosen}
      onSelect={choose}
      onOpen={choose}
      mobile={(row) => <MobileSubscription row={row} />}
      emptyText="No subscriptions yet."
      height="auto"
    />
  );
}

interface DialogsProps {
  edited: SubscriptionItem | 'new' | null;
  sendsMail: boolean;
  secret: string | null;
  onSaved: (saved: SavedSubscription) => void;
  /** Each callback closes its own dialog, because the form closes when the dialog with the secret opens. */
  onEdited: () => void;
  onSeen: () => void;
}

function Dialogs({ edited, sendsMail, secret, onSaved, onEdited, onSeen }: DialogsProps) {
  const title = edited === 'new' ? 'New subscription' : 'Edit a subscription';
  return (
    <>
      <Dialog open={edited !== null} title={title} onClose={onEdited}>
        <SubscriptionForm subscription={edited === 'new' ? null : edited} sendsMail={sendsMail} onSaved={onSaved} />
      </Dialog>
      <Dialog open={secret !== null} title="Secret" onClose={onSeen}>
        <p>Receivers use it to verify that a message is from this server. It will not be shown again.</p>
        <p>
          <code className="break">{secret}</code> <Copy text={secret ?? ''} label="secret" />
        </p>
      </Dialog>
    </>
  );
}

const columns: Column<SubscriptionItem>[] = [
  { id: 'name', title: 'Name', width: 'minmax(120px, 2fr)', text: ({ name }) => name },
  { id: 'state', title: 'State', width: '64px', cell: (row) => <State row={row} /> },
  { id: 'events', title: 'Events', width: 'minmax(140px, 3fr)', text: eventsText },
  { id: 'filter', title: 'Runs', width: 'minmax(100px, 2fr)', text: runsText },
  { id: 'format', title: 'Format', width: '76px', cell: ({ format }) => formatNames[format] },
  { id: 'target', title: 'To', width: 'minmax(140px, 2fr)', text: ({ target }) => target },
];

function runsText({ filter }: SubscriptionItem): string {
  return filter === '' ? 'all' : filter;
}

function State({ row }: { row: SubscriptionItem }) {
  const state = stateOf(row);
  if (state === 'on') return <>on</>;
  return (
    <b className={state === 'failing' ? 'bad' : 'quiet'} title={row.problem ?? undefined}>
      {state}
    </b>
  );
}

function MobileSubscription({ row }: { row: SubscriptionItem }) {
  return (
    <MobileRow>
      <MobileLine end={<State row={row} />}>
        <span className="cut">{row.name}</span>
      </MobileLine>
      <MobileLine>
        {formatNames[row.format]}{' '}
        <span className="cut quiet">
          {eventsText(row)}; {runsText(row)}
        </span>
      </MobileLine>
    </MobileRow>
  );
}
