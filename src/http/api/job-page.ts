import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';

/** GET /runs/:run/jobs/:job */
export function jobPageRoutes(_app: FastifyInstance, _context: ApiContext): void {}
