/** The identity of the user on the server. */
import { useQueryClient } from '@tanstack/react-query';
import { needsToken } from '../../../src/core/access.ts';
import { apiPath } from '../../../src/core/paths.ts';
import type { Session } from '../../../src/http/api/session.ts';
import { sendApi, useApi } from './api.ts';
import { setPreference, usePreferences } from './preferences.ts';

/**
 * The identity that the server assigns to the user; undefined until it is known. The session in the document does not contain the name that the
 * user has entered, because only requests for data send it.
 */
export function useSession(): Session | undefined {
  const session = useApi<Session>(apiPath.session()).data;
  const { name } = usePreferences();
  return session && { ...session, name: session.name ?? (name === '' ? null : name) };
}

/** What a user must provide before making decisions: a token with the scope, or a name; null if nothing is missing. */
export function useMissingName(): 'token' | 'name' | null {
  const session = useSession();
  if (session === undefined) return null;
  const { name, scopes, require_token } = session;
  if (needsToken('triage', require_token) && !scopes.includes('triage')) return 'token';
  return name === null ? 'name' : null;
}

/** Signs in and out. Everything is read again afterwards. Both throw an `ApiError`. */
export function useSignIn(): { signIn(token: string): Promise<void>; signOut(): Promise<void> } {
  const client = useQueryClient();
  const send = async (method: string, headers: Record<string, string> = {}) => {
    await sendApi<Session>(apiPath.session(), { method, headers });
    await client.invalidateQueries();
  };
  return { signIn: (token) => send('POST', { authorization: `Bearer ${token}` }), signOut: () => send('DELETE') };
}

/** The longest name that a user can enter. */
export const longestName = 100;

/** Stores the name that a user enters. */
export function useGivenName(): (name: string) => Promise<void> {
  const client = useQueryClient();
  return async (name) => {
    const text = name.replace(/\p{Cc}/gu, '').trim();
    setPreference('name', text.slice(0, longestName).toWellFormed());
    await client.invalidateQueries({ queryKey: [apiPath.session()] });
  };
}
