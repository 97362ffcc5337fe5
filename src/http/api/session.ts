import { type Static, Type } from 'typebox';
import { type Identity, requirements, scopes } from '../../core/access.ts';
import { identityOf } from '../identity.ts';
import { shape } from '../operations.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { answers, textOrNull } from './schema.ts';

/** The caller's identity. `verified` means that a token or a proxy vouches for the name. `require_token` is the setting. */
export const Session = shape('Session', {
  name: textOrNull,
  verified: Type.Boolean(),
  scopes: Type.Array(Type.Enum([...scopes])),
  require_token: Type.Enum([...requirements]),
});
export type Session = Static<typeof Session>;

const who = { summary: 'The identity of the caller, and which requests need a token', response: answers(Session) };
const signIn = { ...who, summary: 'Exchanges the token in the header Authorization for a cookie' };
const signOut = { ...who, summary: 'Ends the session of the cookie' };

/** `GET`, `POST` and `DELETE /session`. They need no scope: every user can ask for their identity and sign in. */
export function sessionRoutes(app: ApiServer, { config, sessions }: ApiContext): void {
  const self = { scope: 'open', asksWho: true } as const;
  const answer = ({ name, verified, scopes }: Identity): Session => {
    return { name, verified, scopes: [...scopes], require_token: config.require_token };
  };
  app.get('/session', { schema: who, config: self }, async (request) => answer(identityOf(request)));
  app.post('/session', { schema: signIn, config: self }, async (request, reply) =>
    answer(await sessions.begin(request, reply)),
  );
  app.delete('/session', { schema: signOut, config: self }, async (request, reply) => {
    await sessions.end(request, reply);
    return answer({ name: null, verified: false, scopes: [] });
  });
}
