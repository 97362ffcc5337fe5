import type { FastifyRequest } from 'fastify';
import { bodyValue, readBody } from '../body.ts';

/** For the `preValidation` of a route: makes the body the plain object that its schema describes. */
export async function jsonBody(request: FastifyRequest): Promise<void> {
  const body = readBody(request);
  request.body = Object.fromEntries([...body.texts.keys()].map((key) => [key, bodyValue(body, key)]));
}

/** The same where a body may be missing, which then is an empty object. */
export async function optionalBody(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
  else await jsonBody(request);
}
