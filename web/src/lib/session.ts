/** Who the person is, for the server. */
import { useQueryClient } from '@tanstack/react-query';
import { needsToken } from '../../../src/core/access.ts';
import { apiPath } from '../../../src/core/paths.ts';
import type { Session } from '../../../src/http/api/session.ts';
import { sendApi, useApi } from './api.ts';
import { setPreference, usePreferences } from './preferences.ts';

/**
 * Who the server takes the person for; undefined until it has said so. What the document contains of it was written without the name
 * that he has given himself, which requests for data tell.
 */
export function useSession(): Session | undefined {
  const session = useApi<Session>(apiPath.session()).data;
  const { name } = usePreferences();
  return session && { ...session, name: session.name ?? (name === '' ? null : name) };
}

/** What somebody must give before he may say something of failures: a token with the scope, or a name; null for nothing. */
export function useMissingName(): 'token' | 'name' | null {
  const session = useSession();
  if (session === undefined) return null;
  const { name, scopes, require_token } = session;
  if (needsToken('triage', require_token) && !scopes.includes('triage')) return 'token';
  return name === null ? 'name' : null;
}

/** What makes somebody else of the person: everything is read again afterwards. Both throw an `ApiError`. */
export function useSignIn(): { signIn(token: string): Promise<void>; signOut(): Promise<void> } {
  const client = useQueryClient();
  const send = async (method: string, headers: Record<string, string> = {}) => {
    await sendApi<Session>(apiPath.session(), { method, headers });
    await client.invalidateQueries();
  };
  return { signIn: (token) => send('POST', { authorization: `Bearer ${token}` }), signOut: () => send('DELETE') };
}

/** The longest name that a person can give himself. */
export const longestName = 100;

/** Takes the name that a person gives himself. */
export function useGivenName(): (name: string) => Promise<void> {
  const client = useQueryClient();
  return async (name) => {
    const text = name.replace(/\p{Cc}/gu, '').trim();
    setPreference('name', text.slice(0, longestName).toWellFormed());
    await client.invalidateQueries({ queryKey: [apiPath.session()] });
  };
}
