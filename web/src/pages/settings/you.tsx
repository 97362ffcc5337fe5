import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { mayRead } from '../../../../src/core/access.ts';
import type { Session } from '../../../../src/http/api/session-schema.ts';
import { ApiError } from '../../lib/api.ts';
import { ownAddress } from '../../lib/own-address.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { longestName, useGivenName, useSession, useSignIn } from '../../lib/session.ts';
import { useUrlState } from '../../lib/url-state.ts';

/** Who the person is, and what he may do: signing in with a token and out again, or giving a name. */
export function You() {
  const session = useSession();
  const { signIn, signOut } = useSignIn();
  const setName = useGivenName();
  const { name } = usePreferences();
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async (action: () => Promise<void>) => {
    try {
      await action();
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
  };
  useReturn(session);
  if (session === undefined) return null;
  return (
    <fieldset className="choices">
      <legend>You</legend>
      {session.verified ? (
        <p>
          Signed in as <b>{session.name}</b>, for {session.scopes.join(', ')}.{' '}
          <button type="button" className="button" onClick={() => void attempt(() => signOut())}>
            Sign out
          </button>
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

/** Goes back to what somebody wanted to read before he was signed in. */
function useReturn(session: Session | undefined): void {
  const [next] = useUrlState('next', '');
  const address = ownAddress(next, location.origin);
  const isReady = session?.verified === true && mayRead(session);
  useEffect(() => {
    if (isReady && address !== null) location.replace(address);
  }, [isReady, address]);
}

const needs = {
  off: 'Nobody needs to sign in here.',
  destructive: 'Deleting, queues and new nodes need a token.',
  writes: 'Every change needs a token; reading needs none.',
  all: 'Everything here needs a token.',
};

interface TextFormProps {
  label: ReactNode;
  type?: 'text' | 'password';
  value?: string;
  submit: string;
  onSubmit: (text: string) => Promise<void>;
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
      <button type="submit" className="button">
        {submit}
      </button>
    </form>
  );
}
