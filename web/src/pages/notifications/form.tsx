import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import {
  type NewsEvent,
  type NewsFormat,
  newsEvents,
  newsFormats,
} from '../../../../src/core/notifications/subscription.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { SavedSubscription, SubscriptionItem } from '../../../../src/http/api/subscriptions.ts';
import { sendJson, useAttempt } from '../../lib/api.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices } from '../../ui/Choices.tsx';
import { NotSaved } from '../run/Who.tsx';
import { eventNames, formatNames } from './facts.ts';

interface FormProps {
  /** The subscription to change; null to add one. */
  subscription: SubscriptionItem | null;
  sendsMail: boolean;
  onSaved: (saved: SavedSubscription) => void;
}

interface Draft {
  name: string;
  filter: string;
  events: readonly NewsEvent[];
  format: NewsFormat;
  /** Empty in the form of an existing subscription unless the target is changed. */
  target: string;
}

const fresh: Draft = { name: '', filter: '', events: ['run_finished'], format: 'standard', target: '' };

/** Adds a subscription, or changes one. */
export function SubscriptionForm({ subscription, sendsMail, onSaved }: FormProps) {
  const [draft, setDraft] = useState<Draft>(subscription === null ? fresh : { ...subscription, target: '' });
  const { problem, attempt } = useAttempt();
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { name, filter, events, format, target } = draft;
    const body = { name, filter, events, format, ...(target !== '' && { target }) };
    const path = subscription === null ? apiPath.subscriptions() : apiPath.subscription(subscription.id);
    const send = () => sendJson<SavedSubscription>(path, subscription === null ? 'POST' : 'PUT', body);
    await attempt(async () => onSaved(await send()));
  };
  return (
    <form className="subscription-form" onSubmit={(event) => void save(event)}>
      <Line label="Name">
        <input required maxLength={100} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </Line>
      <Choices
        legend="Notify when"
        options={newsEvents.map((event) => [event, eventNames[event]])}
        chosen={draft.events}
        onPick={(event) => set({ events: newsEvents.filter((one) => draft.events.includes(one) !== (one === event)) })}
      />
      <Line label="Runs">
        <input
          maxLength={4000}
          className="mono"
          placeholder="all, or a filter: suite:rados branch:main"
          value={draft.filter}
          onChange={(event) => set({ filter: event.target.value })}
        />
      </Line>
      <p className="quiet">
        A filter on runs (<Link href={pagePath.help()}>help</Link>). For nodes, only <code>machine:</code> applies.
      </p>
      <Formats draft={draft} sendsMail={sendsMail} onChange={(format) => set({ format })} />
      <Line label={draft.format === 'mail' ? 'To' : 'URL'}>
        <input
          required={subscription === null}
          className="mono"
          autoComplete="off"
          maxLength={6000}
          placeholder={subscription?.target ?? examples[draft.format]}
          value={draft.target}
          onChange={(event) => set({ target: event.target.value })}
        />
      </Line>
      {subscription !== null && <p className="quiet">Leave empty to keep the current one.</p>}
      <NotSaved problem={problem} />
      <p className="line">
        <Button type="submit">
          Save <kbd>Enter</kbd>
        </Button>
      </p>
    </form>
  );
}

const examples: Record<NewsFormat, string> = {
  standard: 'https://receiver.example.com/paddles',
  slack: 'https://hooks.slack.com/services/…',
  mail: 'ana@example.com, bob@example.com',
};

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children.
    <label className="decide-line">
      {label} {children}
    </label>
  );
}

interface FormatsProps {
  draft: Draft;
  sendsMail: boolean;
  onChange: (format: NewsFormat) => void;
}

function Formats({ draft, sendsMail, onChange }: FormatsProps) {
  const isPossible = (format: NewsFormat) => format !== 'mail' || sendsMail;
  const labelOf = (format: NewsFormat) => (
    <>
      {formatNames[format]}
      {!isPossible(format) && <span className="quiet"> (the server needs PADDLES_SMTP_URL and PADDLES_MAIL_FROM)</span>}
    </>
  );
  return (
    <Choices
      legend="Format"
      options={newsFormats.map((format) => [format, labelOf(format)])}
      chosen={draft.format}
      disabled={(format) => !isPossible(format)}
      onPick={onChange}
    />
  );
}
