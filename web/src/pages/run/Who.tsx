/** What somebody must give who says something of a failure: a name, or a token. */
import { useState } from 'react';
import { longestName, useGivenName, useMissingName, useSignIn } from '../../lib/session.ts';

type Who = ReturnType<typeof useWho>;

/** The state of the field for what is missing; `give` gives it, and throws an `ApiError`. */
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

/** The field; nothing when nothing is missing. */
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

/** Why what the form says was not saved. */
export function NotSaved({ problem }: { problem: string | null }) {
  return <p role="alert">{problem !== null && <b>Not saved: {problem}</b>}</p>;
}
