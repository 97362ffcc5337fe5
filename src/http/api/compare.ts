import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';

/** GET /runs/:run/compare */
export function compareRoutes(_app: FastifyInstance, _context: ApiContext): void {}
