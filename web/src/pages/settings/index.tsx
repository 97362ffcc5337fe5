import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { mayRead } from '../../../../src/core/access.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import type { Session } from '../../../../src/http/api/session.ts';
import { useTitle, useUrlState } from '../../lib/address.ts';
import { useAttempt } from '../../lib/api.ts';
import { zoneName } from '../../lib/format.ts';
import { type Preferences, setPreference, usePreferences } from '../../lib/preferences.ts';
import { longestName, useGivenName, useSession, useSignIn } from '../../lib/session.ts';
import { ownAddress } from '../../lib/url.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices } from '../../ui/Choices.tsx';

/** The identity of the user, and the settings, which this browser stores. */
export default function Settings() {
  useTitle('Settings');
  const { keys } = usePreferences();
  return (
    <div className="document">
      <h1>Settings</h1>
      <You />
      <p>
        <Link href={pagePath.notifications()}>Notifications</Link> report finished runs, new causes and suspect nodes.
      </p>
      <p className="quiet">The other settings are stored in this browser.</p>
      <Setting name="theme" title="Theme" options={{ auto: 'same as the system', light: 'light', dark: 'dark' }} />
      <Setting name="density" title="Row height" options={{ compact: 'compact', comfortable: 'comfortable' }} />
      <Setting name="zone" title="Times" options={{ local: `local time (${zoneName('local')})`, utc: 'UTC' }} />
      <Choices
        legend="Single-key shortcuts"
        options={[
          [true, 'on (j, k, /, …)'],
          [false, 'off'],
        ]}
        chosen={keys}
        onPick={(on) => setPreference('keys', on)}
      />
    </div>
  );
}

interface SettingProps<Key extends keyof Preferences> {
  name: Key;
  title: string;
  options: Record<Preferences[Key] & string, string>;
}

function Setting<Key extends 'theme' | 'density' | 'zone'>({ name, title, options }: SettingProps<Key>) {
  const pick = (value: string) => setPreference(name, value as Preferences[Key]);
  return <Choices legend={title} options={Object.entries(options)} chosen={usePreferences()[name]} onPick={pick} />;
}

/** Who the user is and what the user may do. Signs in with a token and out again, or sets a name. */
function You() {
  const session = useSession();
  const { signIn, signOut } = useSignIn();
  const setName = useGivenName();
  const { name } = usePreferences();
  const { problem, attempt } = useAttempt();
  useReturn(session);
  if (session === undefined) return null;
  return (
    <fieldset className="choices">
      <legend>You</legend>
      {session.verified ? (
        <p>
          Signed in as <b>{session.name}</b> with the scopes {session.scopes.join(', ')}.{' '}
          <Button onClick={() => void attempt(() => signOut())}>Sign out</Button>
        </p>
      ) : (
        <>
          <p>{needs[session.require_token]}</p>
          <TextForm label="Token" type="password" submit="Sign in" onSubmit={(token) => attempt(() => signIn(token))} />
          <TextForm
            label="Or only a name, shown as “not verified”"
            value={name}
            submit="Save"
            onSubmit={(text) => attempt(() => setName(text))}
          />
        </>
      )}
      <p role="alert">{problem !== null && <b>{problem}</b>}</p>
    </fieldset>
  );
}

/** Returns to the page that the user wanted to read before signing in. */
function useReturn(session: Session | undefined): void {
  const [next] = useUrlState('next', '');
  const address = ownAddress(next, location.origin);
  const isReady = session?.verified === true && mayRead(session);
  useEffect(() => {
    if (isReady && address !== null) location.replace(address);
  }, [isReady, address]);
}

const needs = {
  off: 'Signing in is not required.',
  destructive: 'Deleting, pausing queues and adding nodes need a token.',
  writes: 'Every change needs a token; reading does not.',
  all: 'Everything here needs a token.',
};

interface TextFormProps {
  label: ReactNode;
  type?: 'text' | 'password';
  value?: string;
  submit: string;
  onSubmit: (text: string) => Promise<unknown>;
}

function TextForm({ label, type = 'text', value = '', submit, onSubmit }: TextFormProps) {
  const [text, setText] = useState(value);
  const send = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit(text.trim()).then(() => type === 'password' && setText(''));
  };
  return (
    <form className="line" onSubmit={send}>
      <label>
        {label}{' '}
        <input
          type={type}
          autoComplete="off"
          maxLength={type === 'text' ? longestName : 200}
          required={type === 'password'}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>{' '}
      <Button type="submit">{submit}</Button>
    </form>
  );
}
