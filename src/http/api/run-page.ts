import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';

/** GET /runs/:run, /runs/:run/page, /runs/:run/jobs (.json, .csv) */
export function runPageRoutes(_app: FastifyInstance, _context: ApiContext): void {}
