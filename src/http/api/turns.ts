import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Lets so much go on at once; the rest waits in the order in which it came. */
export interface Turns {
  /** Resolves when it is its turn, with the function that ends the turn; calling that again does nothing. */
  enter(): Promise<() => void>;
}

/** Makes turns for `atOnce` at once. */
export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return {
    async enter() {
      if (busy < atOnce) busy++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const next = waiting.shift();
        if (next) next();
        else busy--;
      };
    },
  };
}

/**
 * Makes answers to `isLarge` requests in turns, `atOnce` at once: one processor makes them no later for it, and memory is
 * needed for a few of them instead of all that are asked for. A turn ends when the answer is ready, not when a slow client has it.
 */
export function makeInTurns(app: FastifyInstance, isLarge: (url: string) => boolean, atOnce: number): void {
  const turns = createTurns(atOnce);
  const underWay = new WeakMap<FastifyRequest, () => void>();
  app.addHook('preHandler', async (request, reply) => {
    if (!isLarge(request.routeOptions.url ?? '')) return;
    const end = await turns.enter();
    if (!reply.raw.destroyed) {
      underWay.set(request, end);
      return;
    }
    // Nothing is made for somebody who has left meanwhile, and nothing else would end the turn.
    end();
    reply.hijack();
  });
  app.addHook('onSend', async (request) => underWay.get(request)?.());
  app.addHook('onResponse', async (request) => underWay.get(request)?.());
}
