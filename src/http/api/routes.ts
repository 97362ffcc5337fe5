import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { compression } from '../compression.ts';
import { ordinary } from '../turns.ts';
import { auditRoutes } from './audit.ts';
import { causeRoutes } from './cause.ts';
import { compareRoutes } from './compare.ts';
import type { ApiContext } from './context.ts';
import { decisionRoutes } from './decisions.ts';
import { docsPage } from './docs.ts';
import { tagAnswers } from './entity-tag.ts';
import { eventRoutes } from './events.ts';
import { historyRoutes } from './history.ts';
import { jobLogRoutes } from './job-log.ts';
import { jobPageRoutes } from './job-page.ts';
import { jobTestRoutes } from './job-tests.ts';
import { labRoutes } from './lab.ts';
import { listRoutes } from './lists.ts';
import { monthRoutes } from './months.ts';
import { answerProblems } from './problems.ts';
import { runConfigRoutes } from './run-config.ts';
import { runPageRoutes } from './run-page.ts';
import { runPartsRoutes } from './run-parts.ts';
import { answers, query, text, textAnswers } from './schema.ts';
import { sessionRoutes } from './session.ts';
import { subscriptionRoutes } from './subscriptions.ts';

const openapi = { hide: true, querystring: query({}), response: answers(Type.Record(text, Type.Unknown())) };
const docs = { hide: true, querystring: query({}), response: textAnswers('text/html') };

/** Mounts `/api`, the dashboard's data: in a scope of its own, so that nothing of it touches a contract. */
export async function apiRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.register(compress, compression);
  tagAnswers(app);
  // Answers already have the types of their schemas; printing them by the schema could only drop keys.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  answerProblems(app, context);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-cache');
  });
  listRoutes(app, context);
  runPageRoutes(app, context);
  runConfigRoutes(app, context);
  runPartsRoutes(app, context);
  jobPageRoutes(app, context);
  jobLogRoutes(app, context);
  jobTestRoutes(app, context);
  compareRoutes(app, context);
  causeRoutes(app, context);
  historyRoutes(app, context);
  monthRoutes(app, context);
  labRoutes(app, context);
  eventRoutes(app, context);
  auditRoutes(app, context);
  decisionRoutes(app, context);
  sessionRoutes(app, context);
  subscriptionRoutes(app, context);
  app.get('/openapi.json', { schema: openapi, config: ordinary }, async (request) => context.documentFor(request));
  app.get('/docs', { schema: docs, config: ordinary }, async (request, reply) => {
    const { html, policy } = docsPage(context.documentFor(request));
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html);
  });
}
