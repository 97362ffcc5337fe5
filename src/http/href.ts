import type { FastifyRequest } from 'fastify';
import { forwardedBy } from './proxies.ts';

/** Returns the public address for a request, without a trailing slash. */
export type BaseOf = (request: FastifyRequest) => string;

/** The settings that say where links point. */
interface LinkSettings {
  address: string;
  /** Addresses and networks with commas between. */
  trusted_proxies: string;
}

/** The path of a public address without a slash at its end: `/paddles` of `https://host/paddles/`, empty of a bare host. */
export function prefixOf(address: string): string {
  return address === '' ? '' : new URL(address).pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

/** A URL below the root of the server: proxies may pass the prefix of the public address on, or take it away. */
export function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : url;
}

/**
 * Where links point: `address` when it is configured, otherwise what the request itself was sent to: its `Host`, or
 * `X-Forwarded-Proto` and `X-Forwarded-Host` when it comes from a trusted proxy.
 */
export function baseOf({ address, trusted_proxies }: LinkSettings): BaseOf {
  if (address !== '') {
    const base = address.replace(/(?<!\/)\/+$/, '');
    return () => base;
  }
  const forwarded = forwardedBy(trusted_proxies);
  return (request) => {
    const { headers, socket } = request;
    const host = forwarded(request, 'x-forwarded-host') || (headers.host ?? '').toLowerCase();
    // A hostile Host must not become a link to somewhere else than a host.
    const safe = /^[\w.:[\]-]+$/.test(host) ? host : `localhost:${socket.localPort}`;
    return `${forwarded(request, 'x-forwarded-proto') === 'https' ? 'https' : 'http'}://${safe}`;
  };
}
