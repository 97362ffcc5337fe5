/** What the routes of `/api` have in common. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Archive } from '../../archive/archive.ts';
import type { Config } from '../../config.ts';
import type { Clock } from '../../core/moment.ts';
import { milliseconds } from '../../core/time.ts';
import type { Db } from '../../store/db.ts';
import type { Sessions } from '../access/sessions.ts';
import { bodyValue, readBody } from '../body.ts';

/** What the routes of `/api` work with; `now` returns microseconds since the Unix epoch. */
export interface ApiContext {
  db: Db;
  config: Config;
  sessions: Sessions;
  archive: Archive;
  /** Makes the API document of this port. */
  documentFor: (request: FastifyRequest) => Record<string, unknown>;
  now: () => number;
}

/** Derives the types of requests and answers from their schemas. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

/** The server that the routes of `/api` are added to. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
>;

/** The clock for evaluating a filter. The schema has validated `tz`. */
export function clockOf({ now }: ApiContext, tz = 'UTC'): Clock {
  return { now: milliseconds(now()), zone: tz };
}

/** For the `preValidation` of a route: turns the body into the plain object that its schema describes. */
export async function jsonBody(request: FastifyRequest): Promise<void> {
  const body = readBody(request);
  request.body = Object.fromEntries([...body.texts.keys()].map((key) => [key, bodyValue(body, key)]));
}

/** The same for an optional body. A missing body becomes an empty object. */
export async function optionalBody(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
  else await jsonBody(request);
}
