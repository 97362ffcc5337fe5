/** Redirects from short addresses, from old addresses, and to the sign-in page. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readDigits } from '../../core/input.ts';
import { pagePath } from '../../core/paths.ts';
import type { Reader } from '../../store/engine/schema.ts';
import { runName } from '../../store/read/runs.ts';
import { withoutPrefix } from '../addresses.ts';
import { sendMessage } from '../errors.ts';
import { ordinary } from '../turns.ts';
import { newAddress } from './permalinks.ts';

/** The dashboard's base path; everything else on the port belongs to the contracts. */
export const uiBase = '/ui';

/** What redirects depend on. */
interface RedirectOptions {
  /** Redirects browsers to the dashboard also from addresses that pulpito-ng shares with the teuthology contract. */
  claim: boolean;
  db: Reader;
  /** The path of the public address, which every link begins with. */
  prefix: string;
}

/** Redirects short addresses, and browsers that request an old address or the root, to the dashboard. */
export function redirectBrowsers(app: FastifyInstance, { claim, db, prefix }: RedirectOptions): void {
  leadToSignIn(app, prefix);
  app.register(async (routes) => shortAddresses(routes, db, `${prefix}${uiBase}`));
  app.addHook('onRequest', async ({ method, url, headers }, reply) => {
    if ((method !== 'GET' && method !== 'HEAD') || !wantsHtml(headers.accept)) return;
    const address = newAddress(url, claim);
    if (address !== null) return reply.header('vary', 'accept').redirect(`${prefix}${uiBase}${address}`, 302);
  });
}

/** Mounts `/r/ID`, `/j/ID.JOB` and `/c/CAUSE`, which lead to pages below `base`. */
function shortAddresses(app: FastifyInstance, db: Reader, base: string): void {
  const toRun = async (reply: FastifyReply, id: string, page: (run: string) => string) => {
    const number = readDigits(id);
    const run = number === null ? null : await runName(db, number);
    if (run === null) return sendMessage(reply, 404, `there is no run with the id '${id.slice(0, 40)}'`);
    return reply.redirect(`${base}${page(run)}`, 302);
  };
  app.get<{ Params: { id: string } }>('/r/:id', { config: ordinary }, ({ params }, reply) =>
    toRun(reply, params.id, (run) => pagePath.run(run)),
  );
  app.get<{ Params: { id: string } }>('/j/:id', { config: ordinary }, ({ params: { id } }, reply) => {
    const dot = id.indexOf('.');
    return toRun(reply, dot === -1 ? id : id.slice(0, dot), (run) =>
      dot === -1 ? pagePath.run(run) : pagePath.job(run, id.slice(dot + 1)),
    );
  });
  app.get<{ Params: { cause: string } }>('/c/:cause', { config: ordinary }, ({ params }, reply) =>
    reply.redirect(`${base}${pagePath.cause(params.cause)}`, 302),
  );
}

/** Only browsers name HTML first: curl sends `*` for everything, programs name JSON or nothing. */
function wantsHtml(accept: string | undefined): boolean {
  return accept?.trimStart().startsWith('text/html') ?? false;
}

/** Addresses that users open besides pages, which are open to everyone: short addresses, files and `/api`. */
const opened = /^\/(?:r|j|c|ui|api)\//;

/**
 * Redirects a browser that is not allowed to read an address to the sign-in page, which leads back. Links from other sites arrive without
 * the session cookie, so this also happens to signed-in users, who do not notice it. Every path begins with `prefix`.
 */
function leadToSignIn(app: FastifyInstance, prefix: string): void {
  app.addHook('onSend', async ({ method, headers, originalUrl }, reply, payload) => {
    if (reply.statusCode !== 401 || method !== 'GET' || !wantsHtml(headers.accept)) return payload;
    const url = withoutPrefix(originalUrl, prefix);
    if (!opened.test(url)) return payload;
    const page = `${prefix}${uiBase}${pagePath.settings({ next: prefix + url })}`;
    reply.removeHeader('www-authenticate').removeHeader('content-length').type('text/plain; charset=utf-8');
    reply.code(302).header('vary', 'accept').header('location', page);
    return 'Sign in first.';
  });
}
