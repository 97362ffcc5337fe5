import { createHash } from 'node:crypto';
import compress from '@fastify/compress';
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { Type } from 'typebox';
import { ArchiveProblem } from '../../archive/source.ts';
import { nearestNodes } from '../../store/pages/node-list.ts';
import { nearestRuns } from '../../store/pages/run-page.ts';
import { compression } from '../answer-memory.ts';
import { Refusal, sendJson } from '../errors.ts';
import { reads } from '../resource.ts';
import { ordinary } from '../turns.ts';
import { textFormats } from '../validators.ts';
import { auditRoutes } from './audit.ts';
import { causeRoutes } from './cause.ts';
import { compareRoutes } from './compare.ts';
import type { ApiContext } from './context.ts';
import { decisionRoutes } from './decisions.ts';
import { eventRoutes } from './events.ts';
import { historyRoutes, monthRoutes } from './history.ts';
import { jobLogRoutes } from './job-log.ts';
import { jobPageRoutes } from './job-page.ts';
import { jobTestRoutes } from './job-tests.ts';
import { labRoutes } from './lab.ts';
import { listRoutes } from './lists.ts';
import { docsPage } from './openapi.ts';
import { runPageRoutes } from './run-page.ts';
import { runConfigRoutes, runPartsRoutes } from './run-parts.ts';
import { answers, only, type Problem, text, textAnswers } from './schema.ts';
import { sessionRoutes } from './session.ts';
import { subscriptionRoutes } from './subscriptions.ts';

const openapi = { hide: true, response: answers(Type.Record(text, Type.Unknown())) };
const docs = { hide: true, response: textAnswers('text/html') };

/** Mounts `/api`, the dashboard's data. It is encapsulated, so that its hooks do not affect the contracts. */
export async function apiRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.register(compress, compression);
  tagAnswers(app);
  // Answers already have the types of their schemas. Serializing by schema could only drop keys.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  answerProblems(app, context);
  // Unknown parameters are refused, even if a route has none.
  app.addHook('onRoute', (route) => {
    route.schema = { querystring: only({}), ...route.schema };
  });
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

/** Sends refusals of `/api` as a `Problem`. All other errors are handled as in the contracts. */
function answerProblems(app: FastifyInstance, { db }: ApiContext): void {
  app.setSchemaErrorFormatter(([error], where) => {
    return new Error(
      error ? problemOf(error, where === 'body' ? 'key' : 'parameter') : 'the parameters cannot be read',
    );
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const send = (status: number, problem: Problem) => sendJson(reply.code(status), JSON.stringify(problem));
    if (error instanceof ArchiveProblem) {
      if (error.kind === 'away') reply.header('retry-after', '30');
      return send(archiveStatuses[error.kind], { message: error.message });
    }
    if (!(error instanceof Refusal)) throw error;
    const { failure, words } = error;
    if (failure.failure !== 'not_found')
      return send(400, { message: 'reason' in failure ? failure.reason : 'refused' });
    const { noun, name } = failure;
    if (words !== undefined) return send(404, { message: words });
    const message = `there is no ${noun} '${name.slice(0, 200)}'`;
    if (noun === 'run') return send(404, { message, nearest: await nearestRuns(db, name) });
    return send(404, noun === 'node' ? { message, nearest: await nearestNodes(db, name) } : { message });
  });
}

const archiveStatuses = { missing: 404, refused: 400, away: 503 } as const;

/** A sentence that names a parameter, or a key of a body, and says what is wrong with it. */
function problemOf(
  { keyword, instancePath, message, params }: FastifySchemaValidationError,
  noun: 'parameter' | 'key',
): string {
  const key = String(params.additionalProperty ?? params.missingProperty ?? instancePath.slice(1)).slice(0, 200);
  if (keyword === 'additionalProperties') return `there is no ${noun} '${key}' here`;
  if (keyword === 'required') return `${noun} '${key}' is missing`;
  if (keyword === 'enum') return `${noun} '${key}' must be one of ${(params.allowedValues as string[]).join(', ')}`;
  if (keyword === 'format') return `${noun} '${key}' must be ${textFormats[String(params.format)]?.words}`;
  // A parameter is a string unless it is repeated.
  if (noun === 'parameter' && keyword === 'type' && params.type === 'string')
    return `${noun} '${key}' must be given once`;
  return `${noun} '${key}' ${plainWords(keyword, params) ?? message}`;
}

/** Plain words for numeric errors, for which Ajv uses formulas. */
function plainWords(keyword: string, { type, limit }: FastifySchemaValidationError['params']): string | null {
  if (keyword === 'type' && type === 'integer') return 'must be a whole number';
  if (keyword === 'minimum') return `must be ${limit} or more`;
  return keyword === 'maximum' ? `must be ${limit} or less` : null;
}

/**
 * Adds an `ETag` to answers of reads, and answers 304 if `If-None-Match` contains it. Errors and the answers to writes have none, or a
 * client would use its old copy instead (RFC 9110, section 13.1.2). The tag is weak because it is computed before compression. Hashing
 * 16 MB takes 13 ms.
 */
function tagAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async ({ method, headers }, reply, payload) => {
    if (reply.statusCode !== 200 || !reads.includes(method)) return payload;
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const tag = `"${createHash('sha1').update(payload).digest('base64')}"`;
    reply.header('etag', `W/${tag}`);
    if (!names(headers['if-none-match'], tag)) return payload;
    reply.code(304);
    // Fastify uses only the length of an answer to HEAD.
    return method === 'HEAD' ? payload : null;
  });
}

/** Whether `If-None-Match` contains a tag. Weak and strong tags compare as equal. */
function names(list: string | undefined, tag: string): boolean {
  if (list === undefined) return false;
  return list === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
