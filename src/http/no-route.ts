/** What is answered where no route is. */
import type { FastifyInstance } from 'fastify';
import { sendMessage } from './errors.ts';
import { refuseMethod } from './resource.ts';

/**
 * Answers 405 with `Allow` at an address that has other methods, and 404 elsewhere. Comes before the routes. Resources refuse methods by
 * themselves; a second route for each of the others took 20 ms of a processor at each start.
 */
export function answerWithoutRoute(app: FastifyInstance): void {
  const known = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    // That of the CORS preflight.
    if (url !== '*') known.set(url, [...(known.get(url) ?? []), ...[method].flat()]);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = (request.url.split('?', 1)[0] as string).replace(/\/$/, '').split('/');
    const methods = [...known].flatMap(([url, own]) => (leadsTo(url.split('/'), path) ? own : []));
    // A file that is missing has no other methods than those that are there.
    if (methods.length === 0 || methods.includes(request.method))
      return sendMessage(reply, 404, `nothing is here: ${request.url.slice(0, 200)}`);
    const allow = [...new Set([...methods, 'OPTIONS'])].join(', ');
    return refuseMethod(request, reply.header('allow', allow), allow);
  });
}

/** Whether a path is one of a route like `/r/:id` or `/ui/*`; both are split at their slashes. */
function leadsTo(route: readonly string[], path: readonly string[]): boolean {
  const isOpen = route.at(-1) === '*';
  if (isOpen ? path.length < route.length : path.length !== route.length) return false;
  return route.every((part, at) => part === '*' || part === path[at] || (part.startsWith(':') && path[at] !== ''));
}
