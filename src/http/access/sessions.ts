/** Sessions: a browser keeps a cookie instead of the token itself. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../../core/access.ts';
import type { Db } from '../../store/db.ts';
import { beginSession, endSession } from '../../store/write/tokens.ts';
import { Denial } from '../errors.ts';
import { type Credential, type Credentials, hashOf } from './credentials.ts';

/** Sessions of browsers. */
export type Sessions = ReturnType<typeof createSessions>;

const cookie = 'paddles_session';
const cookieValue = new RegExp(`(?:^|; *)${cookie}=([\\w-]{43})(?:;|$)`);

/** The longest session, in seconds: 30 days. */
const sessionSeconds = 30 * 86_400;

interface SessionOptions {
  credentials: Credentials;
  /** Finds the token in the header of a request. Refuses an unknown token if `isWrong` says that it is meant as one. */
  credentialOf: (request: FastifyRequest, isWrong: (secret: string) => boolean) => Promise<Credential | null>;
  /** Returns microseconds since the Unix epoch. */
  now: () => number;
  /** The path below which the cookie is sent. */
  path: string;
}

/** Creates the functions that begin and end sessions. */
export function createSessions(db: Db, { credentials, credentialOf, now, path }: SessionOptions) {
  const setCookie = (request: FastifyRequest, reply: FastifyReply, value: string, seconds: number) => {
    // A proxy does not always say that it speaks HTTPS, but the origin of the page does.
    const isSecure = request.protocol === 'https' || request.headers.origin?.startsWith('https:');
    const rest = `Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
    reply.header('set-cookie', `${cookie}=${value}; ${rest}`);
  };
  return {
    /** Exchanges the token of a request for a cookie. Throws a `Denial` if the token is missing or wrong. */
    async begin(request: FastifyRequest, reply: FastifyReply): Promise<Identity> {
      const found = await credentialOf(request, () => true);
      if (found === null) throw new Denial(401, 'sign in with a token in the header Authorization');
      const secret = randomBytes(32).toString('base64url');
      const at = now();
      const expires = Math.min(found.lasts, at + sessionSeconds * 1_000_000);
      await beginSession(db, { hash: hashOf(secret), token_hash: found.token.hash, expires }, at);
      credentials.forget();
      setCookie(request, reply, secret, sessionSeconds);
      return identityOfToken(found);
    },
    /** Ends the session of a request, if it has one, and deletes its cookie. */
    async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const secret = secretOfCookie(request);
      if (secret !== null) await endSession(db, hashOf(secret));
      credentials.forget();
      setCookie(request, reply, '', 0);
    },
  };
}

/** The token with which the session of a request began; null if it has no valid session. */
export async function sessionOf(request: FastifyRequest, credentials: Credentials): Promise<Credential | null> {
  const secret = secretOfCookie(request);
  return secret === null ? null : credentials.session(secret);
}

/** The identity that a token proves. */
export function identityOfToken({ token: { name, scopes } }: Credential): Identity {
  return { name, verified: true, scopes };
}

function secretOfCookie({ headers }: FastifyRequest): string | null {
  return cookieValue.exec(headers.cookie ?? '')?.[1] ?? null;
}
