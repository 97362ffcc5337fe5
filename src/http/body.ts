import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notJson, readBodyText } from './body-text.ts';
import { beginningBytes, createLargeBodies, type LargeBody, largeBody } from './large-body.ts';
import { refuse } from './refusal.ts';

/** A request body: one JSON object. */
export interface JsonBody {
  /** The parsed values. Of a large body a list or an object that is too long for any key that is looked into is `{}`. */
  values: Record<string, unknown>;
  /** The same members in the order sent, each value as the raw text that was sent. */
  texts: Map<string, string>;
  /** The length of the body in UTF-16 units: about its bytes, and about what it occupies. */
  size: number;
}

/** Makes bodies arrive as bytes whatever their Content-Type: old clients send none, or a form type. Large ones arrive read. */
export function acceptAnyContentType(app: FastifyInstance): void {
  const large = createLargeBodies();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length < largeBody) done(null, body);
    else large.read(body as Buffer).then((read) => done(null, read), done);
  });
  app.addHook('onRequest', async ({ headers, method }) => {
    // A malformed Content-Type, and a QUERY without one, would otherwise be refused before any handler sees the request.
    if (headers['content-type'] !== undefined || method === 'QUERY') headers['content-type'] = 'application/json';
  });
  app.addHook('onClose', () => large.close());
}

/**
 * The body as one JSON object; anything else is refused. With `acceptNaN`, the `NaN` and `Infinity` that Python prints are read as null: they are
 * no JSON, but a result must not be lost for them (teuthology contract §1.4, §7.15).
 */
export function readBody(request: FastifyRequest, { acceptNaN = false } = {}): JsonBody {
  const body = request.body as Uint8Array | LargeBody | null | undefined;
  if (!body) refuse(null, notJson);
  const read = body instanceof Uint8Array ? readBodyText(body) : body.read;
  if ('problem' in read) refuse(null, read.problem);
  return read.lenient && !acceptNaN ? refuse(null, notJson) : read;
}

/** The first bytes of a body, for a report. */
export function beginningOf(request: FastifyRequest): Uint8Array {
  const body = request.body as Uint8Array | LargeBody | null | undefined;
  if (!body) return new Uint8Array();
  return body instanceof Uint8Array ? body.subarray(0, beginningBytes) : body.beginning;
}
