/** The field for the name or token that a user needs for making decisions. */
import { useState } from 'react';
import { longestName, useGivenName, useMissingName, useSignIn } from '../../lib/session.ts';

type Who = ReturnType<typeof useWho>;

/** The state of the field for the missing name or token. `give` submits it, and throws an `ApiError`. */
export function useWho() {
  const missing = useMissingName();
  const { signIn } = useSignIn();
  const giveName = useGivenName();
  const [text, setText] = useState('');
  const give = async () => {
    if (missing === 'token') await signIn(text.trim());
    else if (missing === 'name') await giveName(text);
  };
  return { missing, text, setText, give };
}

/** The field; nothing if no name or token is missing. */
export function WhoField({ who: { missing, text, setText } }: { who: Who }) {
  if (missing === null) return null;
  const isName = missing === 'name';
  return (
    <label className="decide-line">
      {isName ? 'Your name' : 'Token'}{' '}
      <input
        type={isName ? 'text' : 'password'}
        autoComplete="off"
        required
        maxLength={isName ? longestName : 200}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

/** Says why the form was not saved. */
export function NotSaved({ problem }: { problem: string | null }) {
  return <p role="alert">{problem !== null && <b>Not saved: {problem}</b>}</p>;
}
