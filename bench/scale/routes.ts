/** Compares what is measured with what is registered, so that a new route is not forgotten. */
import { join } from 'node:path';
import { pino } from 'pino';
import { readCommandLine } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { open } from '../../src/store/db.ts';
import type { Asked } from './catalog.ts';

/** What reads nothing of the data, streams for ever, is a file, or only refuses GET. */
const left = [
  /^\/(\*|healthz|readyz|ui.*)$/,
  /^\/api\/(events|docs|openapi\.json|\*)$/,
  /^\/nodes\/(lock_many|unlock_many|:node\/lock)$/,
];

/** The routes with GET that no request is for; `folder` is for a database that nothing is asked. */
export async function forgottenRoutes(requests: Asked[], folder: string): Promise<string[]> {
  const now = () => Date.now() * 1000;
  const db = await open({ url: `sqlite:///${join(folder, 'routes.db')}`, poolSize: 1, now });
  const forgotten: string[] = [];
  try {
    for (const contract of ['classic', 'teuthology'] as const) {
      const { config } = readCommandLine([], {});
      const app = buildApp({ config, contract, db, log: pino({ level: 'silent' }), now });
      await app.ready();
      const routes = routesIn(app.printRoutes({ commonPrefix: false, method: 'GET' }));
      await app.close();
      const known = new Set(
        requests.filter(({ door }) => door === contract || door === 'api').map(({ route }) => route),
      );
      const missing = routes.filter((route) => !known.has(route) && !left.some((pattern) => pattern.test(route)));
      forgotten.push(...missing.map((route) => `${contract} ${route}`));
    }
  } finally {
    await db.close();
  }
  return [...new Set(forgotten)];
}

/** Reads the tree that the router prints: every level is four characters wide. */
function routesIn(tree: string): string[] {
  const parts: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n')) {
    const found = /^([│ ]*)[├└]── (.*?)( \(GET.*\))?$/.exec(line);
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
  return routes;
}
