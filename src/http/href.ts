import type { FastifyRequest } from 'fastify';

/** Answers the public address for a request, without a trailing slash. */
export type BaseOf = (request: FastifyRequest) => string;

/**
 * Where links point: `address` when it is configured, otherwise what the request itself was sent to (its `Host`, and
 * `X-Forwarded-Proto` and `X-Forwarded-Host` when the proxy is trusted).
 */
export function baseOf(address: string): BaseOf {
  if (address !== '') {
    const base = address.replace(/\/+$/, '');
    return () => base;
  }
  return (request) => {
    // A hostile Host must not become a link to somewhere else than a host.
    const host = /^[\w.:[\]-]+$/.test(request.host) ? request.host : `localhost:${request.socket.localPort}`;
    return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
  };
}
