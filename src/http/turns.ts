/** Limits how many answers of a kind are made at the same time. Further requests wait in the order of their arrival. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nextTurn } from '../core/turns.ts';
import { sendMessage } from './errors.ts';

/** The kinds of answers that wait for each other, and how many of each are made at once. */
const linesAtOnce = {
  large: 2,
  // With hostile data each takes some megabytes.
  ordinary: 6,
  // Each waits for an answer of another kind.
  document: 6,
  // They wait for an archive, which can be slow, and must not delay other requests.
  archive: 8,
  // Reading 100,000 test cases takes 40 MB.
  tests: 2,
  // They take as long as their clients need to send them, which must not delay readers. Each takes about 15 MB.
  uploads: 4,
};
type Line = keyof typeof linesAtOnce;

declare module 'fastify' {
  interface FastifyContextConfig {
    line?: Line;
  }
}

/** The `config` of a route whose answer covers all jobs of a run, or of several runs. */
export const large = { line: 'large', scope: 'read' } as const;
/** The `config` of other routes of `/api`. */
export const ordinary = { line: 'ordinary', scope: 'read' } as const;

/** How long a request waits for its turn, in milliseconds. A document waits for two turns, and a connection can be silent for a minute. */
const patience = 15_000;

/** Resolves to false if the turn does not come in time. */
function turn(waiting: Set<() => void>): Promise<boolean> {
  return new Promise((resolve) => {
    const start = () => {
      clearTimeout(timer);
      resolve(true);
    };
    // Timeouts are spread: a thousand refusals at once would delay other requests by half a second.
    const timer = setTimeout(() => resolve(!waiting.delete(start)), patience * (0.5 + Math.random() / 2));
    waiting.add(start);
  });
}

/**
 * Makes answers of routes with such a `config` in turns. On one processor this delays none of them. 64 requests for runs of 5,000 jobs
 * took 500 MB all at once and delayed others by 560 ms; two at a time they take 210 MB and 60 ms. A turn ends when there is memory
 * to send the answer, not when a slow client has received it.
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
    // SQLite answers synchronously: without this break, sixteen requests that arrive together would block others for 90 ms.
    await nextTurn();
    if (!reply.raw.destroyed) return;
    // The client has left in the meantime, so no answer is made.
    return sendMessage(reply, 400, 'the request was cut off');
  });
  app.addHook('onSend', async (request) => end(request));
  app.addHook('onResponse', async (request) => end(request));
}
