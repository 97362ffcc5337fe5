/** A subscription: its settings, its actions and its deliveries. */

import { apiPath } from '../../../../src/core/paths.ts';
import type {
  DeliveryItem,
  DeliveryList,
  SavedSubscription,
  SubscriptionItem,
} from '../../../../src/http/api/subscriptions.ts';
import { type ApiError, failureOf, fetchApi, sendJson, useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Button } from '../../ui/Button.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { LoadMore, useOlderPages } from '../../ui/Older.tsx';
import { ErrorBox, Skeleton } from '../../ui/States.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/Toast.tsx';
import { answerOf, eventsText, formatNames, outcomes, stateOf } from './facts.ts';

interface OneProps {
  subscription: SubscriptionItem;
  /** Loads the list again. */
  refetch: () => Promise<unknown>;
  onEdit: () => void;
  /** Shows a new secret. */
  onSaved: (saved: SavedSubscription) => void;
  onGone: () => void;
}

export function Subscription(props: OneProps) {
  const { subscription, refetch } = props;
  const { id, name, filter, format, target, created_by, created, problem, failing_since } = subscription;
  useLive('deliveries', useThrottled(refetch));
  return (
    <section className="subscription" aria-label={name}>
      <h2>{name}</h2>
      <p>
        Notifies <span className="mono break">{target}</span> by {formatNames[format]}. Events:{' '}
        {eventsText(subscription)}
        {filter !== '' && (
          <>
            . Runs: <code className="break">{filter}</code>
          </>
        )}
        . Added by {created_by ?? 'an unknown user'}, <Time at={created} />.
      </p>
      {problem !== null && (
        <p role="alert">
          <b className="bad">{stateOf(subscription) === 'off' ? problem : `Failing: ${problem}`}</b>
          {failing_since !== null && (
            <>
              {' '}
              since <Time at={failing_since} />
            </>
          )}
        </p>
      )}
      <Actions {...props} />
      <Deliveries key={id} subscription={subscription} />
    </section>
  );
}

function Actions({ subscription, refetch, onEdit, onSaved, onGone }: OneProps) {
  const { id, name, format, enabled } = subscription;
  const act = async (work: () => Promise<unknown>, done: string) => {
    const failed = await failureOf(work);
    toast(failed ?? done);
    if (failed === null) await refetch();
  };
  const test = () => sendJson(apiPath.subscriptionTest(id), 'POST', {});
  const change = async (values: object) =>
    onSaved(await sendJson<SavedSubscription>(apiPath.subscription(id), 'PUT', values));
  const remove = async () => {
    await sendJson(apiPath.subscription(id), 'DELETE');
    onGone();
  };
  const renew = () => change({ new_secret: true });
  const actions: [label: string, run: () => unknown][] = [
    ['Send a test', () => act(test, 'Sending a test')],
    ['Edit…', onEdit],
    enabled
      ? ['Switch off', () => act(() => change({ enabled: false }), 'Switched off')]
      : ['Switch on', () => act(() => change({ enabled: true }), 'Switched on')],
    ['New secret', () => act(renew, 'Messages are now signed with a new secret')],
    ['Delete…', () => confirm(`Delete “${name}” and its deliveries?`) && act(remove, 'Deleted')],
  ];
  const shown = actions.filter(([label]) => format === 'standard' || label !== 'New secret');
  return (
    <p className="line">
      {shown.map(([label, run]) => (
        <Button key={label} onClick={() => void run()}>
          {label}
        </Button>
      ))}
    </p>
  );
}

/** The deliveries of the last 30 days, newest first. */
export function Deliveries({ subscription: { id } }: { subscription: SubscriptionItem }) {
  const { data, error, refetch } = useApi<DeliveryList>(apiPath.deliveries(id));
  useLive('deliveries', useThrottled(refetch));
  if (data === undefined) return error ? <ErrorBox error={error} onRetry={refetch} /> : <Skeleton rows={4} />;
  return <Pages id={id} first={data} problem={error} />;
}

function Pages({ id, first, problem }: { id: number; first: DeliveryList; problem: ApiError | null }) {
  const read = (after: number) => fetchApi<DeliveryList>(apiPath.deliveries(id, { after: String(after) }));
  const { pages, ...older } = useOlderPages(first, read);
  // New deliveries have pushed older ones to a page that was loaded before.
  const rows = [...new Map(pages.flatMap(({ deliveries }) => deliveries.map((one) => [one.id, one]))).values()];
  const shown = older.error ?? problem;
  return (
    <>
      <Grid<Row>
        label="Deliveries"
        rows={rows.map((row) => ({ ...row, subscription: id }))}
        columns={columns}
        rowKey={(row) => String(row.id)}
        mobile={(row) => <MobileDelivery row={row} />}
        mobileLines={() => 3}
        emptyText="Nothing was sent in the last 30 days."
        height="auto"
      />
      {shown && <ErrorBox error={shown} onRetry={older.loadMore} />}
      {older.hasMore && (
        <p className="subscription-more">
          <LoadMore of={older} />
        </p>
      )}
    </>
  );
}

type Row = DeliveryItem & { subscription: number };

const columns: Column<Row>[] = [
  { id: 'created', title: 'When', width: '104px', cell: ({ created }) => <Time at={created} /> },
  { id: 'title', title: 'What', width: 'minmax(160px, 3fr)', text: ({ title }) => title },
  { id: 'status', title: 'Result', width: '76px', cell: outcome },
  { id: 'answer', title: 'Response', width: 'minmax(90px, 2fr)', text: answerOf },
  { id: 'attempts', title: 'Attempts', width: '72px', align: 'right', cell: ({ attempts }) => attempts },
  { id: 'last', title: 'Sent', width: '104px', cell: ({ last_attempt }) => <Time at={last_attempt} /> },
  { id: 'due', title: 'Next', width: '104px', cell: ({ due }) => <Time at={due} /> },
  { id: 'again', title: 'Again', width: '96px', cell: (row) => <Again row={row} /> },
];

function outcome({ status }: Row) {
  return status === 'failed' ? <b className="bad">{outcomes[status]}</b> : outcomes[status];
}

function Again({ row: { id, due, subscription } }: { row: Row }) {
  if (due !== null) return null;
  const again = async () => {
    const failed = await failureOf(() => sendJson(apiPath.sendAgain(subscription, id), 'POST', {}));
    toast(failed ?? 'Sending it again');
  };
  return <Button onClick={() => void again()}>Send again</Button>;
}

function MobileDelivery({ row }: { row: Row }) {
  return (
    <MobileRow>
      <MobileLine end={<Time at={row.created} />}>
        <span className="cut">{row.title}</span>
      </MobileLine>
      <MobileLine>
        {outcome(row)} <span className="cut quiet">{answerOf(row)}</span>
      </MobileLine>
      <MobileLine end={<Again row={row} />}>
        <span className="cut quiet">
          {plural(row.attempts, 'attempt')}
          {row.due !== null && (
            <>
              , next <Time at={row.due} />
            </>
          )}
        </span>
      </MobileLine>
    </MobileRow>
  );
}
