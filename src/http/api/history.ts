import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';

/** GET /history */
export function historyRoutes(_app: FastifyInstance, _context: ApiContext): void {}
