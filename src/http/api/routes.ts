import compress from '@fastify/compress';
import etag from '@fastify/etag';
import swagger from '@fastify/swagger';
import type { FastifyError, FastifyInstance } from 'fastify';
import { isLost } from '../../store/db.ts';
import { version } from '../../version.ts';
import { compareRoutes } from './compare.ts';
import type { ApiContext } from './context.ts';
import { descriptionOf } from './descriptions.ts';
import { docsPage } from './docs.ts';
import { eventRoutes } from './events.ts';
import { historyRoutes } from './history.ts';
import { jobPageRoutes } from './job-page.ts';
import { labRoutes } from './lab.ts';
import { listRoutes } from './lists.ts';
import { sendProblem } from './problems.ts';
import { runConfigRoutes } from './run-config.ts';
import { runPageRoutes } from './run-page.ts';
import { makeInTurns } from './turns.ts';

/** Answers about all jobs of a run, or of several, that are made at once: sixteen at once took 75 MB more. */
const largeAtOnce = 2;

function isLarge(url: string): boolean {
  return /\/(runs\/:run\/(page|config|compare|jobs(\.json|\.csv)?)|history|runs\.csv)$/.test(url);
}

/** Mounts `/api`, the dashboard's data: in a scope of its own, so that nothing of it touches a contract. */
export async function apiRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'paddles dashboard API',
        version,
        description: 'What the dashboard reads. Times are milliseconds since the Unix epoch, durations seconds.',
      },
    },
  });
  await app.register(compress, { encodings: ['br', 'gzip'], threshold: 1024, brotliOptions: { params: { 1: 4 } } });
  await app.register(etag, { weak: true });
  // Schemas describe; what arrives is checked in the handlers, whose words name the offending key.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  makeInTurns(app, isLarge, largeAtOnce);
  app.addHook('onRoute', (route) => {
    const description = descriptionOf(route.url.replace(/^\/api/, ''));
    if (description) route.schema = description;
    else route.schema = { ...route.schema, hide: true } as typeof route.schema;
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-cache');
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if ((error.statusCode ?? 500) < 500) return sendProblem(reply, error.statusCode ?? 400, error.message);
    request.log.error({ err: error }, 'request failed');
    if (isLost(error))
      return sendProblem(reply.header('retry-after', '5'), 503, 'the database does not answer; try again');
    return sendProblem(reply, 500, 'internal error; the log has the details under this request id');
  });
  listRoutes(app, context);
  runPageRoutes(app, context);
  runConfigRoutes(app, context);
  jobPageRoutes(app, context);
  compareRoutes(app, context);
  historyRoutes(app, context);
  labRoutes(app, context);
  eventRoutes(app, context);
  app.get('/openapi.json', async () => app.swagger());
  app.get('/docs', async (_request, reply) => {
    const { html, policy } = docsPage(app.swagger());
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html);
  });
  app.all('/*', async (request, reply) => sendProblem(reply, 404, `nothing is here: ${request.url.slice(0, 200)}`));
}
