import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Archive } from '../../archive/archive.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../store/db.ts';
import type { Sessions } from '../access/sessions.ts';
import type { DocumentFor } from '../openapi.ts';

/** What the routes of `/api` work with; `now` in microseconds since the Unix epoch. */
export interface ApiContext {
  db: Db;
  config: Config;
  sessions: Sessions;
  archive: Archive;
  /** Makes the API document of this port. */
  documentFor: DocumentFor;
  now: () => number;
}

/** What most routes need. */
export const reading = { scope: 'read' } as const;

/** Requests and answers have the types of their schemas. */
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
