/** Compares the catalogue with the registered routes, so that a new route is not forgotten. */
import type { FastifyInstance } from 'fastify';
import type { Asked } from './catalog/catalog.ts';
import type { Doors } from './requests.ts';

/**
 * Routes that need no request in the catalogue: they read no data, stream forever, serve files, refuse GET, or are chains of filters, of
 * which the catalogue has some.
 */
const left = [
  /^\/(\*|healthz|metrics|readyz|robots.txt|ui.*)$/,
  /^\/api\/(events|docs|openapi\.json|\*)$/,
  /^\/runs\/\w+\/\*$/,
  /^\/nodes\/(lock_many|unlock_many|:node\/lock)$/,
];

/** Returns the GET routes without a request in the catalogue. */
export function forgottenRoutes(doors: Doors, requests: Asked[]): string[] {
  const forgotten = Object.entries(doors).flatMap(([contract, app]) => {
    const known = new Set(requests.filter(({ door }) => [contract, 'api'].includes(door)).map(({ route }) => route));
    const routes = routesOf(app, 'GET');
    const missing = routes.filter((route) => !known.has(route) && !left.some((pattern) => pattern.test(route)));
    return missing.map((route) => `${contract} ${route}`);
  });
  return [...new Set(forgotten)];
}

/** Returns the routes of a server with this method, from the tree that the router prints. Every level is four characters wide. */
export function routesOf(app: FastifyInstance, method: 'GET' | 'POST' | 'PUT' | 'DELETE'): string[] {
  const parts: string[] = [];
  const routes: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false, method }).split('\n')) {
    const found = /^([│ ]*)[├└]── (.*?)( \([A-Z].*\))?$/.exec(line);
    if (!found) continue;
    const [, indent = '', part = '', methods] = found;
    parts.splice(indent.length / 4);
    parts.push(part);
    if (methods)
      routes.push(
        parts
          .join('')
          .replace(/(?<=.)\/$/, '')
          .replace(/\/{2,}/g, '/')
          .replace(/(?<=[^/])\*$/, '/*'),
      );
  }
  if (routes.length === 0) throw new Error('no route was found');
  return routes;
}
