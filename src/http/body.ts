import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Failure, invalid } from '../core/errors.ts';
import { maxDepth, splitObject } from '../core/json-text.ts';

/** A request body: one JSON object. */
export interface JsonBody {
  /** The parsed values. */
  values: Record<string, unknown>;
  /** The same members in the order sent, each value as the raw text that was sent. */
  texts: Map<string, string>;
  /** The length of the body in UTF-16 units: about its bytes, and about what it occupies. */
  size: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Makes bodies arrive as bytes whatever their Content-Type: old clients send none, or a form type. */
export function acceptAnyContentType(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async ({ headers, method }) => {
    // A malformed Content-Type, and a QUERY without one, would otherwise be refused before any handler sees the request.
    if (headers['content-type'] !== undefined || method === 'QUERY') headers['content-type'] = 'application/json';
  });
}

/**
 * Reads the body as one JSON object, or answers `invalid`. With `acceptNaN`, the `NaN` and `Infinity` that Python prints
 * are read as null: they are no JSON, but a result must not be lost for them (teuthology contract 1.4, advice 15).
 */
export function readBody(request: FastifyRequest, { acceptNaN = false } = {}): JsonBody | Failure {
  const body = request.body;
  let text = body instanceof Uint8Array ? decode(body) : null;
  let values = text === null ? undefined : parse(text);
  if (text !== null && values === undefined && acceptNaN) {
    text = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => (found[0] === '"' ? found : 'null'));
    values = parse(text);
  }
  if (text === null || values === undefined) return invalid(null, 'could not decode JSON body');
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return invalid(null, 'the JSON body must be an object');
  }
  const texts = splitObject(text);
  if (texts === null) return invalid(null, `the JSON body nests deeper than ${maxDepth} levels`);
  return { values: values as Record<string, unknown>, texts, size: text.length };
}

function decode(body: Uint8Array): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
