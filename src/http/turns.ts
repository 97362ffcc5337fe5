/** Answers that are made a few at a time, the others in the order in which they were asked for. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nextTurn } from '../core/turns.ts';
import { sendMessage } from './errors.ts';

/** What waits together, and how many of it are made at once. */
const linesAtOnce = {
  large: 2,
  // Of hostile data each has some megabytes.
  ordinary: 6,
  // Each waits for one of the others.
  document: 6,
  // They wait for an archive, which may be slow, and nobody else is to wait for it too.
  archive: 8,
  // 100,000 of them take 40 MB while they are read.
  tests: 2,
  // They take as long as their clients need to send them, which readers are not to wait for. Each takes some 15 MB.
  uploads: 4,
};
type Line = keyof typeof linesAtOnce;

declare module 'fastify' {
  interface FastifyContextConfig {
    line?: Line;
  }
}

/** The `config` of a route whose answer is about all jobs of a run, or of several. */
export const large = { line: 'large', scope: 'read' } as const;
/** The `config` of other routes of `/api`. */
export const ordinary = { line: 'ordinary', scope: 'read' } as const;

/** How long a request waits for its turn, in milliseconds. A document waits for two, and a connection may be silent for a minute. */
const patience = 15_000;

/** Resolves to false when the turn does not come in time. */
function turn(waiting: Set<() => void>): Promise<boolean> {
  return new Promise((resolve) => {
    const start = () => {
      clearTimeout(timer);
      resolve(true);
    };
    // At different times: a thousand refusals at once would keep others waiting for half a second.
    const timer = setTimeout(() => resolve(!waiting.delete(start)), patience * (0.5 + Math.random() / 2));
    waiting.add(start);
  });
}

/**
 * Makes answers of routes with such a `config` in turns: on one processor none of them is later for it. Of 64 requests about runs of
 * 5,000 jobs, all at once took 500 MB and kept others waiting for 560 ms; two at a time take 210 MB and 60 ms. A turn ends when
 * there is memory to send the answer, not when a slow client has it.
 */
export function makeInTurns(app: FastifyInstance, atOnce: Record<Line, number> = linesAtOnce): void {
  const lines = Object.keys(atOnce) as Line[];
  const waiting = Object.fromEntries(lines.map((line) => [line, new Set()])) as Record<Line, Set<() => void>>;
  const busy = Object.fromEntries(lines.map((line) => [line, 0])) as Record<Line, number>;
  const underWay = new WeakMap<FastifyRequest, Line>();
  const end = (request: FastifyRequest) => {
    const line = underWay.get(request);
    if (line === undefined || !underWay.delete(request)) return;
    const [next] = waiting[line];
    if (next) {
      waiting[line].delete(next);
      next();
    } else busy[line]--;
  };
  app.addHook('preHandler', async (request, reply) => {
    const { line } = request.routeOptions.config;
    if (line === undefined) return;
    if (busy[line] < atOnce[line]) busy[line]++;
    else if (!(await turn(waiting[line]))) {
      return sendMessage(reply.header('retry-after', '15'), 503, 'too many requests for long answers are waiting');
    }
    underWay.set(request, line);
    // SQLite answers at once, so that sixteen requests that arrive together would be answered without a break, in 90 ms.
    await nextTurn();
    if (!reply.raw.destroyed) return;
    // Nothing is made for somebody who has left meanwhile.
    return sendMessage(reply, 400, 'the request was cut off');
  });
  app.addHook('onSend', async (request) => end(request));
  app.addHook('onResponse', async (request) => end(request));
}
