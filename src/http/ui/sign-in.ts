/** The way to the page on which people sign in. */
import type { FastifyInstance } from 'fastify';
import { pagePath } from '../../core/paths.ts';
import { withoutPrefix } from '../href.ts';
import { uiBase } from './base.ts';

/** Only browsers name HTML first: curl sends `*` for everything, programs name JSON or nothing. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept?.trimStart().startsWith('text/html') ?? false;
}

/** What people open beside the pages, which open for everybody: short addresses, files and `/api`. */
const opened = /^\/(?:r|j|c|ui|api)\//;

/**
 * Leads a browser that may not read an address to the page where its user signs in, and from there back. Links of other sites come without
 * the cookie of a session, so that this happens to people who are signed in too: they do not notice. `prefix` stands before every path.
 */
export function leadToSignIn(app: FastifyInstance, prefix: string): void {
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
