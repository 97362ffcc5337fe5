import { type Static, Type } from 'typebox';
import { requirements, scopes } from '../../core/access.ts';
import { shape } from '../operations.ts';
import { answers, query, textOrNull } from './schema.ts';

/** Who asks: `verified` when a token or a proxy vouches for the name; `require_token` is the setting. */
export const Session = shape('Session', {
  name: textOrNull,
  verified: Type.Boolean(),
  scopes: Type.Array(Type.Enum([...scopes])),
  require_token: Type.Enum([...requirements]),
});
export type Session = Static<typeof Session>;

/** `GET /api/session`. */
export const who = { summary: 'Who asks, and what needs a token', querystring: query({}), response: answers(Session) };
/** `POST /api/session`. */
export const signIn = { ...who, summary: 'Exchanges the token in the header Authorization for a cookie' };
/** `DELETE /api/session`. */
export const signOut = { ...who, summary: 'Ends the session of the cookie' };
