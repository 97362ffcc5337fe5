/** Identifies the sender of a request and refuses what they are not allowed to do. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Config } from '../../config.ts';
import {
  accessProblem,
  type Identity,
  needsToken,
  nobody,
  parseScopes,
  type RouteScope,
  secretOf,
  tokenPrefix,
} from '../../core/access.ts';
import type { Db } from '../../store/db.ts';
import { prefixOf, trustedBy } from '../addresses.ts';
import { Denial } from '../errors.ts';
import { addressOf, setIdentity } from '../identity.ts';
import { createCredentials, hashOf } from './credentials.ts';
import { createSessions, identityOfToken, type Sessions, sessionOf } from './sessions.ts';

/** What the access rules work with; `now` returns microseconds since the Unix epoch. */
interface AccessOptions {
  db: Db;
  config: Config;
  now: () => number;
}

/** The longest self-chosen name, in UTF-16 units. */
const longestGivenName = 100;

const routesOf = new WeakMap<FastifyInstance, RouteOptions[]>();

/** The scopes of all routes of a server, so that a test can find routes that declare none and therefore need `admin`. */
export function routeScopes(app: FastifyInstance): { method: string; url: string; scope: RouteScope | undefined }[] {
  return (routesOf.get(app) ?? []).flatMap(({ method, url, config }) =>
    [method].flat().map((one) => ({ method: one, url, scope: config?.scope })),
  );
}

/** Adds the hook that identifies senders and refuses requests. Must be called before routes are added. Returns the sessions. */
export function guard(app: FastifyInstance, { db, config, now }: AccessOptions): Sessions {
  const routes: RouteOptions[] = [];
  routesOf.set(app, routes);
  app.addHook('onRoute', (route) => void routes.push(route));
  const onProblem = (sentence: string) => app.log.warn({ setting: 'tokens_file' }, sentence);
  const credentials = createCredentials(db, { file: config.tokens_file, now, onProblem });
  const guesses = createGuesses();
  const ofProxy = proxyIdentity(config);

  /** The credential in the `Authorization` of a request. Refuses an unknown token if `isWrong` says that it is meant as one. */
  const credentialOf = async (request: FastifyRequest, isWrong: (secret: string) => boolean) => {
    const secret = secretOf(request.headers.authorization);
    if (secret === null) return null;
    const found = await credentials.token(secret);
    if (found === null && !isWrong(secret)) return null;
    const address = addressOf(request);
    if (guesses.mustWait(address, secret)) {
      throw new Denial(429, 'too many wrong tokens from this address; try again in a minute');
    }
    if (found === null) {
      guesses.wrong(address);
      throw new Denial(401, 'this token is not known here, or has expired or been revoked');
    }
    guesses.right(address, found.token.hash);
    return found;
  };

  // Runs after the hook that adds CORS headers and before the body is read.
  app.addHook('preParsing', async (request) => {
    if (request.is404 || request.method === 'OPTIONS') return;
    const { scope = 'admin', asksWho = false } = request.routeOptions.config;
    // Such routes work without the database.
    if (scope === 'open' && !asksWho) return;
    // Proxies forward passwords of their own, so those of `Basic` matter only if a token is required.
    const isBearer = /^bearer /i.test(request.headers.authorization ?? '');
    const isWrong = (secret: string) =>
      isBearer || secret.startsWith(tokenPrefix) || needsToken(scope, config.require_token);
    const known = (await credentialOf(request, isWrong)) ?? (await sessionOf(request, credentials));
    const identity = known ? identityOfToken(known) : (ofProxy(request) ?? givenIdentity(request));
    setIdentity(request, identity);
    const problem = accessProblem(identity, scope, config.require_token);
    if (problem) throw new Denial(problem.status, problem.message);
  });
  app.addHook('onError', async (request, reply, error) => {
    if (error instanceof Denial) addDenialHeaders(request, reply, error);
  });

  return createSessions(db, { credentials, credentialOf, now, path: prefixOf(config.address) || '/' });
}

/** Reads the header of a proxy that signs users in. Only trusted proxies can send it. */
function proxyIdentity({ auth_header, auth_scopes, trusted_proxies }: Config) {
  const isProxy = trustedBy(trusted_proxies);
  const scopes = parseScopes(auth_scopes) ?? [];
  const header = auth_header.toLowerCase();
  return (request: FastifyRequest): Identity | null => {
    if (header === '' || !isProxy(request.socket.remoteAddress)) return null;
    // `hasOwn`, because every object has a `constructor`.
    const name = Object.hasOwn(request.headers, header) ? nameIn(request.headers[header]) : null;
    return name === null ? null : { name, verified: true, scopes };
  };
}

/** A self-chosen name. It is percent-encoded, because headers are limited to ASCII. */
function givenIdentity({ headers }: FastifyRequest): Identity {
  const given = headers['x-paddles-name'];
  if (given === undefined) return nobody;
  try {
    const name = nameIn(decodeURIComponent(String(given)));
    if (name !== null && name.length <= longestGivenName) return { ...nobody, name };
  } catch {
    // It is not percent-encoded.
  }
  const rule = `a percent-encoded name of at most ${longestGivenName} characters`;
  throw new Denial(400, `invalid value for header 'X-Paddles-Name': it must be ${rule}`);
}

function nameIn(value: string | string[] | undefined): string | null {
  const name = String(value ?? '').trim();
  return name === '' || /\p{Cc}/u.test(name) ? null : name.slice(0, 200).toWellFormed();
}

/** If `Basic` is offered, browsers ask their user for a password. The dashboard has a form of its own, so `/api` does not offer it. */
function addDenialHeaders({ url }: FastifyRequest, reply: FastifyReply, { statusCode }: Denial): void {
  if (statusCode === 429) reply.header('retry-after', '60');
  if (statusCode !== 401) return;
  const bearer = 'Bearer realm="paddles"';
  reply.header(
    'www-authenticate',
    url.startsWith('/api/') ? bearer : ['Basic realm="paddles", charset="UTF-8"', bearer],
  );
}

/** The most wrong tokens from an address in a minute. */
const mostWrong = 10;

const minute = 60_000;

/** The most addresses that are remembered. Fewer ever send wrong tokens by mistake. */
const mostAddresses = 10_000;

/** Slows down guessing of tokens by counting the wrong ones of each address. */
function createGuesses() {
  const wrong = new Map<string, { since: number; count: number }>();
  // A worker with an old token must not block others behind the same address, and a guesser must not learn of a correct guess.
  const right = new Set<string>();
  const recent = (address: string) => {
    const known = wrong.get(address);
    return known && performance.now() - known.since < minute ? known : null;
  };
  return {
    /** Whether this address has to wait. A valid token that it has sent before is not a guess. */
    mustWait: (address: string, secret: string) =>
      (recent(address)?.count ?? 0) >= mostWrong && !right.has(`${address} ${hashOf(secret)}`),
    wrong(address: string) {
      const known = recent(address);
      if (known) known.count++;
      else {
        if (wrong.size >= mostAddresses) wrong.clear();
        wrong.set(address, { since: performance.now(), count: 1 });
      }
    },
    /** Records that this address has sent a valid token, given by its hash. */
    right(address: string, hash: string) {
      if (right.size >= mostAddresses) right.clear();
      right.add(`${address} ${hash}`);
    },
  };
}
