/** The form of a subscription. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import {
  type NewsEvent,
  type NewsFormat,
  newsEvents,
  newsFormats,
} from '../../../../src/core/notifications/subscription.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { SavedSubscription, SubscriptionItem } from '../../../../src/http/api/subscription-schema.ts';
import { sendJson, wordsOf } from '../../lib/api.ts';
import { NotSaved } from '../run/Who.tsx';
import { eventNames, formatNames } from './facts.ts';

interface FormProps {
  /** The one that is changed; null for a new one. */
  subscription: SubscriptionItem | null;
  sendsMail: boolean;
  onSaved: (saved: SavedSubscription) => void;
}

/** What the form holds. */
interface Draft {
  name: string;
  filter: string;
  events: readonly NewsEvent[];
  format: NewsFormat;
  /** Empty in the form of one that exists: it stays where it is. */
  target: string;
}

const fresh: Draft = { name: '', filter: '', events: ['run_finished'], format: 'standard', target: '' };

/** Adds a subscription, or changes one. */
export function SubscriptionForm({ subscription, sendsMail, onSaved }: FormProps) {
  const [draft, setDraft] = useState<Draft>(subscription === null ? fresh : { ...subscription, target: '' });
  const [problem, setProblem] = useState<string | null>(null);
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { name, filter, events, format, target } = draft;
    const body = { name, filter, events, format, ...(target !== '' && { target }) };
    try {
      const path = subscription === null ? apiPath.subscriptions() : apiPath.subscription(subscription.id);
      onSaved(await sendJson<SavedSubscription>(path, subscription === null ? 'POST' : 'PUT', body));
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  return (
    <form className="subscription-form" onSubmit={(event) => void save(event)}>
      <Line label="Name">
        <input required maxLength={100} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </Line>
      <Events chosen={draft.events} onChange={(events) => set({ events })} />
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
        The <Link href={pagePath.help()}>filter language</Link> over runs. Of nodes only <code>machine:</code> is asked.
      </p>
      <Formats draft={draft} sendsMail={sendsMail} onChange={(format) => set({ format })} />
      <Line label={draft.format === 'mail' ? 'To' : 'Address'}>
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
      {subscription !== null && <p className="quiet">Empty: it stays as it is.</p>}
      <NotSaved problem={problem} />
      <p className="line">
        <button type="submit" className="button">
          Save <kbd>Enter</kbd>
        </button>
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
    <label className="subscription-line">
      {label} {children}
    </label>
  );
}

function Events({ chosen, onChange }: { chosen: readonly NewsEvent[]; onChange: (events: NewsEvent[]) => void }) {
  return (
    <fieldset className="choices">
      <legend>Tell when</legend>
      {newsEvents.map((event) => (
        <label key={event} className="choice">
          <input
            type="checkbox"
            checked={chosen.includes(event)}
            onChange={() => onChange(newsEvents.filter((one) => chosen.includes(one) !== (one === event)))}
          />{' '}
          {eventNames[event]}
        </label>
      ))}
    </fieldset>
  );
}

interface FormatsProps {
  draft: Draft;
  sendsMail: boolean;
  onChange: (format: NewsFormat) => void;
}

function Formats({ draft, sendsMail, onChange }: FormatsProps) {
  return (
    <fieldset className="choices">
      <legend>By</legend>
      {newsFormats.map((format) => (
        <label key={format} className="choice">
          <input
            type="radio"
            name="format"
            disabled={format === 'mail' && !sendsMail}
            checked={draft.format === format}
            onChange={() => onChange(format)}
          />{' '}
          {formatNames[format]}
          {format === 'mail' && !sendsMail && (
            <span className="quiet"> (the server needs PADDLES_SMTP_URL and PADDLES_MAIL_FROM)</span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
