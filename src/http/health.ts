import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { version } from '../program.ts';
import { type Db, ping } from '../store/db.ts';
import { sendFault, sendJson } from './errors.ts';
import { answersWith, type Operations } from './operations.ts';
import { mount } from './resource.ts';

const text = Type.String();

/** The routes for monitoring, for the API document. */
export const healthOperations: Operations = {
  'GET /healthz': {
    summary: 'Reports that the process is alive',
    response: answersWith(Type.Object({ status: text, version: text })),
  },
  'GET /readyz': {
    summary: 'Reports whether the database answers and, unless the server is read-only, accepts writes',
    response: answersWith(Type.Object({ status: text, database: text }, { additionalProperties: true })),
  },
  'GET /metrics': {
    summary: 'Metrics for Prometheus',
    response: { ...answersWith(text), 200: { description: 'metrics', content: { 'text/plain': { schema: text } } } },
  },
};

/** Mounts the routes for monitoring. A read-only server also reports its replication from the primary, see `Replication`. */
export function healthRoutes(app: FastifyInstance, db: Db): void {
  mount(app, '/healthz', {
    read: 'open',
    GET: async (_request, reply) => sendJson(reply, JSON.stringify({ status: 'ok', version })),
  });
  mount(app, '/readyz', {
    read: 'open',
    GET: async (_request, reply) => {
      try {
        const replication = await ping(db);
        const follower = replication && { read_only: true, ...replication };
        return sendJson(reply, JSON.stringify({ status: 'ready', database: db.engine, ...follower }));
      } catch (error) {
        return sendFault(reply, error);
      }
    },
  });
}
