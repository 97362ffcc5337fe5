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
