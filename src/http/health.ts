import type { FastifyInstance } from 'fastify';
import { type Db, ping } from '../store/db.ts';
import { version } from '../version.ts';
import { sendFault, sendJson } from './errors.ts';
import { mount } from './resource.ts';

/**
 * What a monitor asks: `/healthz` (the process is alive) and `/readyz` (the database answers, and takes writes unless the
 * server is read-only). A read-only server also
 * says there how it follows its primary, see `Replication`.
 */
export function healthRoutes(app: FastifyInstance, db: Db): void {
  const open = { read: 'open' } as const;
  mount(
    app,
    '/healthz',
    {
      GET: async (_request, reply) => sendJson(reply, JSON.stringify({ status: 'ok', version })),
    },
    open,
  );
  mount(
    app,
    '/readyz',
    {
      GET: async (_request, reply) => {
        try {
          const replication = await ping(db);
          const follower = replication && { read_only: true, ...replication };
          return sendJson(reply, JSON.stringify({ status: 'ready', database: db.engine, ...follower }));
        } catch (error) {
          return sendFault(reply, error);
        }
      },
    },
    open,
  );
}
