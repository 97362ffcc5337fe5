/** What was sent to a subscription, or is to be sent. */
import { apiPath } from '../../../../src/core/paths.ts';
import type { DeliveryItem, DeliveryList, SubscriptionItem } from '../../../../src/http/api/subscription-schema.ts';
import { useLive } from '../../app/live.ts';
import { type ApiError, fetchApi, sendJson, useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useOlderPages } from '../../lib/older.ts';
import { useThrottled } from '../../lib/throttle.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { ErrorBox, Skeleton } from '../../ui/States.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/Toast.tsx';
import { wordsOf } from '../run/Who.tsx';
import { answerOf, outcomes } from './facts.ts';

/** The deliveries of the last 30 days, newest first. */
export function Deliveries({ subscription: { id } }: { subscription: SubscriptionItem }) {
  const { data, error, refetch } = useApi<DeliveryList>(apiPath.deliveries(id));
  useLive('deliveries', useThrottled(refetch));
  if (data === undefined) return error ? <ErrorBox error={error} onRetry={refetch} /> : <Skeleton rows={4} />;
  return <Pages id={id} first={data} problem={error} />;
}

function Pages({ id, first, problem }: { id: number; first: DeliveryList; problem: ApiError | null }) {
  const read = (after: number) => fetchApi<DeliveryList>(apiPath.deliveries(id, { after: String(after) }));
  const { pages, next, error, loadMore } = useOlderPages(first, read);
  // What is new has pushed others onto the page that was read before.
  const rows = [...new Map(pages.flatMap(({ deliveries }) => deliveries.map((one) => [one.id, one]))).values()];
  const shown = error ?? problem;
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
      {shown && <ErrorBox error={shown} onRetry={() => void loadMore()} />}
      {next !== null && (
        <p className="subscription-more">
          <button type="button" className="button" onClick={() => void loadMore()}>
            Load more
          </button>
        </p>
      )}
    </>
  );
}

type Row = DeliveryItem & { subscription: number };

const columns: Column<Row>[] = [
  { id: 'created', title: 'When', width: '104px', cell: ({ created }) => <Time at={created} /> },
  { id: 'title', title: 'What', width: 'minmax(160px, 3fr)', cell: ({ title }) => title, text: ({ title }) => title },
  { id: 'status', title: 'Became', width: '76px', cell: outcome },
  { id: 'answer', title: 'Answer', width: 'minmax(90px, 2fr)', cell: answerOf, text: answerOf },
  { id: 'attempts', title: 'Attempts', width: '72px', align: 'right', cell: ({ attempts }) => attempts },
  { id: 'last', title: 'Sent', width: '104px', cell: ({ last_attempt }) => <Time at={last_attempt} /> },
  { id: 'due', title: 'Next', width: '104px', cell: ({ due }) => <Time at={due} /> },
  { id: 'again', title: 'Again', width: '96px', cell: (row) => <Again row={row} /> },
];

function outcome({ status }: Row) {
  return status === 'failed' ? <b className="subscription-fails">{outcomes[status]}</b> : outcomes[status];
}

function Again({ row: { id, due, subscription } }: { row: Row }) {
  if (due !== null) return null;
  const again = async () => {
    try {
      await sendJson(apiPath.sendAgain(subscription, id), 'POST', {});
      toast('It is sent again');
    } catch (error) {
      toast(wordsOf(error));
    }
  };
  return (
    <button type="button" className="button" onClick={() => void again()}>
      Send again
    </button>
  );
}

function MobileDelivery({ row }: { row: Row }) {
  return (
    <div className="two-lines">
      <div className="two-lines-line">
        <span className="two-lines-text">{row.title}</span>
        <span className="two-lines-end">
          <Time at={row.created} />
        </span>
      </div>
      <div className="two-lines-line">
        {outcome(row)} <span className="two-lines-text quiet">{answerOf(row)}</span>
      </div>
      <div className="two-lines-line">
        <span className="two-lines-text quiet">
          {plural(row.attempts, 'attempt')}
          {row.due !== null && (
            <>
              , next <Time at={row.due} />
            </>
          )}
        </span>
        <span className="two-lines-end">
          <Again row={row} />
        </span>
      </div>
    </div>
  );
}
