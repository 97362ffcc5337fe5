/** A subscription: what it is, what can be done with it, and its deliveries. */
import { apiPath } from '../../../../src/core/paths.ts';
import type { SavedSubscription, SubscriptionItem } from '../../../../src/http/api/subscription-schema.ts';
import { useLive } from '../../app/live.ts';
import { sendJson } from '../../lib/api.ts';
import { useThrottled } from '../../lib/throttle.ts';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/Toast.tsx';
import { wordsOf } from '../run/Who.tsx';
import { Deliveries } from './deliveries.tsx';
import { eventsText, formatNames, stateOf } from './facts.ts';

interface OneProps {
  subscription: SubscriptionItem;
  /** Reads the list again. */
  refetch: () => Promise<unknown>;
  onEdit: () => void;
  /** Shows a new secret. */
  onSaved: (saved: SavedSubscription) => void;
  onGone: () => void;
}

/** See the head of this file. */
export function Subscription(props: OneProps) {
  const { subscription, refetch } = props;
  const { id, name, filter, format, target, created_by, created, problem, failing_since } = subscription;
  useLive('deliveries', useThrottled(refetch));
  return (
    <section className="subscription" aria-label={name}>
      <h2>{name}</h2>
      <p>
        Tells by {formatNames[format]} to <span className="mono break">{target}</span> when {eventsText(subscription)}
        {filter !== '' && (
          <>
            , for <code className="break">{filter}</code>
          </>
        )}
        . Added by {created_by ?? 'somebody'}, <Time at={created} />.
      </p>
      {problem !== null && (
        <p role="alert">
          <b className="subscription-fails">{stateOf(subscription) === 'off' ? problem : `Fails: ${problem}`}</b>
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
    try {
      await work();
      toast(done);
      await refetch();
    } catch (error) {
      toast(wordsOf(error));
    }
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
    ['Send a test', () => act(test, 'A test is on its way')],
    ['Edit…', onEdit],
    enabled
      ? ['Switch off', () => act(() => change({ enabled: false }), 'Switched off')]
      : ['Switch on', () => act(() => change({ enabled: true }), 'Switched on')],
    ['New secret', () => act(renew, 'Signed with another secret now')],
    ['Delete…', () => confirm(`Delete “${name}” and what was sent?`) && act(remove, 'Deleted')],
  ];
  const shown = actions.filter(([label]) => format === 'standard' || label !== 'New secret');
  return (
    <p className="line">
      {shown.map(([label, run]) => (
        <button key={label} type="button" className="button" onClick={() => void run()}>
          {label}
        </button>
      ))}
    </p>
  );
}
