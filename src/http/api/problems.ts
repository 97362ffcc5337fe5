import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { nearestNodes } from '../../store/pages/node-list.ts';
import { nearestRuns } from '../../store/pages/run-page.ts';
import { sendJson } from '../errors.ts';
import { Refusal } from '../refusal.ts';
import { textFormats } from '../text-formats.ts';
import type { ApiContext } from './context.ts';
import type { Problem } from './schema.ts';

/** Sends what `/api` refuses as a `Problem`. All other errors are handled alike for all contracts. */
export function answerProblems(app: FastifyInstance, { db }: ApiContext): void {
  app.setSchemaErrorFormatter(([error], where) => {
    return new Error(
      error ? problemOf(error, where === 'body' ? 'key' : 'parameter') : 'the parameters cannot be read',
    );
  });
  app.setErrorHandler(async (error, _request, reply) => {
    if (!(error instanceof Refusal)) throw error;
    const { failure, words } = error;
    const send = (status: number, problem: Problem) => sendJson(reply.code(status), JSON.stringify(problem));
    if (failure.failure !== 'not_found')
      return send(400, { message: 'reason' in failure ? failure.reason : 'refused' });
    const { noun, name } = failure;
    if (words !== undefined) return send(404, { message: words });
    const message = `there is no ${noun} '${name.slice(0, 200)}'`;
    if (noun === 'run') return send(404, { message, nearest: await nearestRuns(db, name) });
    return send(404, noun === 'node' ? { message, nearest: await nearestNodes(db, name) } : { message });
  });
}

/** What is wrong with a parameter, or with a key of a body, which the sentence names. */
function problemOf(
  { keyword, instancePath, message, params }: FastifySchemaValidationError,
  noun: 'parameter' | 'key',
): string {
  const key = String(params.additionalProperty ?? params.missingProperty ?? instancePath.slice(1)).slice(0, 200);
  if (keyword === 'additionalProperties') return `there is no ${noun} '${key}' here`;
  if (keyword === 'required') return `${noun} '${key}' is missing`;
  if (keyword === 'enum') return `${noun} '${key}' must be one of ${(params.allowedValues as string[]).join(', ')}`;
  if (keyword === 'format') return `${noun} '${key}' must be ${textFormats[String(params.format)]?.words}`;
  // Every parameter is a text unless it is repeated.
  if (noun === 'parameter' && keyword === 'type' && params.type === 'string')
    return `${noun} '${key}' must be given once`;
  return `${noun} '${key}' ${plainWords(keyword, params) ?? message}`;
}

/** The words for a number, where those of Ajv are formulas. */
function plainWords(keyword: string, { type, limit }: FastifySchemaValidationError['params']): string | null {
  if (keyword === 'type' && type === 'integer') return 'must be a whole number';
  if (keyword === 'minimum') return `must be ${limit} or more`;
  return keyword === 'maximum' ? `must be ${limit} or less` : null;
}
