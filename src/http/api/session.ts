import type { Identity } from '../../core/access.ts';
import { identityOf } from '../identity.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type Session, signIn, signOut, who } from './session-schema.ts';

/** `GET`, `POST` and `DELETE /session`; a person needs nothing to ask who he is, or to sign in. */
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
