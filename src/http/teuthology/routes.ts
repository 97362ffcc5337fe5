/** The contract of teuthology's clients: docs/contracts/teuthology.md. */
import type { FastifyInstance } from 'fastify';
import { mount } from '../resource.ts';
import { answerJson, answerRefusal, type TeuthologyContext } from './answers.ts';
import { jobRoutes } from './jobs.ts';
import { nodeRoutes } from './nodes.ts';
import { queueRoutes } from './queue.ts';
import { runRoutes } from './runs.ts';

/** Mounts the teuthology contract at the root, because its clients drop path prefixes. */
export function teuthologyRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  app.setErrorHandler(answerRefusal);
  // The health check (teuthology contract §2.1).
  mount(app, '/', { GET: async (_request, reply) => answerJson(reply, '{}'), read: 'open' });
  runRoutes(app, context);
  jobRoutes(app, context);
  nodeRoutes(app, context);
  queueRoutes(app, context);
}
