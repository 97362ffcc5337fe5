import type { FastifyInstance } from 'fastify';
import { sendMessage } from './errors.ts';

/** The methods that read. */
export const reads = ['GET', 'HEAD'];

/** Answers 405 to every request that may write, at every URL. */
export function refuseWrites(app: FastifyInstance): void {
  const allowed = [...reads, 'OPTIONS'];
  // After the hooks that add the headers of CORS, and before the body is read.
  app.addHook('preParsing', async ({ method }, reply) => {
    if (allowed.includes(method)) return;
    reply.header('allow', allowed.join(', '));
    return sendMessage(reply, 405, `this server only reads: ${method} is not allowed; send it to the main server`);
  });
}
