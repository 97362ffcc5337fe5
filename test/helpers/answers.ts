/** Checks every answer of `/api` and of the contracts against the schema of its route. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/schema';
import { Problem } from '../../src/http/api/schema.ts';

type Schema = Record<string, unknown>;
type Check = ReturnType<typeof Compile>;

/** The compiled checks by schema, because the servers of a process share the schemas. */
const checks = new WeakMap<object, Check>();

/**
 * Watches a server that does not listen yet. Adds a sentence to the returned list for each answer that violates its schema, and for
 * each route without a schema for an answer.
 */
export function watchAnswers(app: FastifyInstance): string[] {
  const wrong: string[] = [];
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (isApi(url) && !schema?.response) wrong.push(`${method} ${url} has no schema of its answers`);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const isChecked = isApi(request.url) || request.routeOptions.schema?.response !== undefined;
    const problem = isChecked ? problemOf(request, reply, payload) : null;
    if (problem !== null) wrong.push(`${request.method} ${request.url} answered ${reply.statusCode}: ${problem}`);
  });
  return wrong;
}

/** Throws the violations that `watchAnswers` has found. */
export function refuseWrongAnswers(wrong: string[]): void {
  if (wrong.length > 0) throw new Error(`answers that do not match their schemas\n${wrong.join('\n')}`);
}

function isApi(url: string): boolean {
  return url.startsWith('/api/');
}

function problemOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): string | null {
  const { statusCode } = reply;
  // Browsers are redirected from addresses of the contracts to the dashboard.
  const isLed = statusCode === 302 && !isApi(request.url);
  if (statusCode === 304 || isLed || request.method === 'HEAD') return null;
  const { response = {} } = request.routeOptions.schema ?? {};
  const answers = response as Record<string, (Schema & { content?: Record<string, { schema: Schema }> }) | undefined>;
  const schema = request.is404 ? Problem : (answers[statusCode] ?? answers[`${String(statusCode)[0]}xx`]);
  if (schema === undefined) return 'its schema has no such answer';
  const type = String(reply.getHeader('content-type')).split(';')[0] as string;
  if ('content' in schema) return schema.content?.[type] ? null : `it has no ${type}`;
  if (type !== 'application/json') return `it is ${type}, not JSON`;
  // Long lists of the contracts are streams, which are not checked. Short lists have the same shape.
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload))
    return isApi(request.url) ? 'it is a stream, which nothing checks' : null;
  const check = checks.get(schema) ?? Compile(exact(schema) as Schema);
  checks.set(schema, check);
  const answer: unknown = JSON.parse(String(payload));
  // A hundred times as fast as searching a valid answer for errors.
  if (check.Check(answer)) return null;
  return JSON.stringify(check.Errors(answer)[1].slice(0, 3));
}

/** The schema with all unknown keys refused. */
function exact(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(exact);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, exact(value)]));
  return 'properties' in schema && schema.properties instanceof Object
    ? { additionalProperties: false, ...copy }
    : copy;
}
