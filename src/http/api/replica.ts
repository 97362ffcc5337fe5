import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';
import type { ReplicaAnswer } from './schemas.ts';

/** `GET /replica`: how old the figures are. */
export function replicaRoutes(app: FastifyInstance, { reads }: ApiContext): void {
  app.get('/replica', async () => ({ replica: reads.replica() }) satisfies ReplicaAnswer);
}
