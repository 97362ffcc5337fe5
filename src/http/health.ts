import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { version } from '../program.ts';
import { type Db, ping } from '../store/db.ts';
import { sendFault, sendJson } from './errors.ts';
import { answersWith, type Operations } from './operations.ts';
import { mount } from './resource.ts';

const text = Type.String();

/** What a monitor asks, for the API document. */
export const healthOperations: Operations = {
  'GET /healthz': {
    summary: 'Says that the process is alive',
    response: answersWith(Type.Object({ status: text, version: text })),
  },
  'GET /readyz': {
    summary: 'Says whether the database answers, and takes writes unless the server is read-only',
    response: answersWith(Type.Object({ status: text, database: text }, { additionalProperties: true })),
  },
  'GET /metrics': {
    summary: 'Figures for Prometheus',
    response: { ...answersWith(text), 200: { description: 'figures', content: { 'text/plain': { schema: text } } } },
  },
};

/** What a monitor asks. A read-only server also says how it follows its primary, see `Replication`. */
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
