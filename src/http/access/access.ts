/** Finds out who sends a request, and refuses what he may not do. */
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

/** What the access rules work with; `now` in microseconds since the Unix epoch. */
interface AccessOptions {
  db: Db;
  config: Config;
  now: () => number;
}

/** The longest name that somebody gives himself, in UTF-16 units. */
const longestGivenName = 100;

const routesOf = new WeakMap<FastifyInstance, RouteOptions[]>();

/** What the routes of a server need, so that a check can find those that do not say it: they need `admin`. */
export function routeScopes(app: FastifyInstance): { method: string; url: string; scope: RouteScope | undefined }[] {
  return (routesOf.get(app) ?? []).flatMap(({ method, url, config }) =>
    [method].flat().map((one) => ({ method: one, url, scope: config?.scope })),
  );
}

/** Adds the hook that identifies and refuses, before any route; returns what begins and ends sessions. */
export function guard(app: FastifyInstance, { db, config, now }: AccessOptions): Sessions {
  const routes: RouteOptions[] = [];
  routesOf.set(app, routes);
  app.addHook('onRoute', (route) => void routes.push(route));
  const onProblem = (sentence: string) => app.log.warn({ setting: 'tokens_file' }, sentence);
  const credentials = createCredentials(db, { file: config.tokens_file, now, onProblem });
  const guesses = createGuesses();
  const ofProxy = proxyIdentity(config);

  /** What the `Authorization` of a request stands for; a wrong token is refused where `isWrong` says that it counts as one. */
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

  // After the hook that adds the headers of CORS, and before the body is read.
  app.addHook('preParsing', async (request) => {
    if (request.is404 || request.method === 'OPTIONS') return;
    const { scope = 'admin', asksWho = false } = request.routeOptions.config;
    // These work without the database.
    if (scope === 'open' && !asksWho) return;
    // Proxies pass on passwords of their own: those of `Basic` matter only where a token is asked for.
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

/** Reads the header of a proxy that signs people in, from the addresses of proxies alone. */
function proxyIdentity({ auth_header, auth_scopes, trusted_proxies }: Config) {
  const isProxy = trustedBy(trusted_proxies);
  const scopes = parseScopes(auth_scopes) ?? [];
  const header = auth_header.toLowerCase();
  return (request: FastifyRequest): Identity | null => {
    if (header === '' || !isProxy(request.socket.remoteAddress)) return null;
    // Every object has a `constructor`.
    const name = Object.hasOwn(request.headers, header) ? nameIn(request.headers[header]) : null;
    return name === null ? null : { name, verified: true, scopes };
  };
}

/** A name that somebody gives himself, percent-encoded: headers hold no other letters. */
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

/** A browser asks its user for a password when `Basic` is offered; the dashboard asks by itself. */
function addDenialHeaders({ url }: FastifyRequest, reply: FastifyReply, { statusCode }: Denial): void {
  if (statusCode === 429) reply.header('retry-after', '60');
  if (statusCode !== 401) return;
  const bearer = 'Bearer realm="paddles"';
  reply.header(
    'www-authenticate',
    url.startsWith('/api/') ? bearer : ['Basic realm="paddles", charset="UTF-8"', bearer],
  );
}

/** Wrong tokens that an address may send in a minute. */
const mostWrong = 10;

const minute = 60_000;

/** Addresses that are kept in mind; more than ever send wrong tokens by mistake. */
const mostAddresses = 10_000;

/** Slows down who guesses tokens: counts the wrong ones by address. */
function createGuesses() {
  const wrong = new Map<string, { since: number; count: number }>();
  // A worker with an old token must not stop others behind the same address, nor a guesser learn that he was right.
  const right = new Set<string>();
  const recent = (address: string) => {
    const known = wrong.get(address);
    return known && performance.now() - known.since < minute ? known : null;
  };
  return {
    /** Whether this address has to wait. A token that it has sent before is no guess. */
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
    /** The token with this hash was sent. */
    right(address: string, hash: string) {
      if (right.size >= mostAddresses) right.clear();
      right.add(`${address} ${hash}`);
    },
  };
}
