/** Where requests come from, through proxies, and where links lead. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Returns what a header said when the request arrived at the first proxy, in lower case; empty when no trusted proxy says so. */
export type Forwarded = (request: FastifyRequest, header: string) => string;

/** `proxies` are addresses and networks with commas between. */
export function forwardedBy(proxies: string): Forwarded {
  const isProxy = trustedBy(proxies);
  return ({ headers, socket }, header) => (isProxy(socket.remoteAddress) ? first(headers[header]) : '');
}

/** Whether an address is that of a proxy. */
export function trustedBy(proxies: string): (address: string | undefined) => boolean {
  const trusted = networks(proxies);
  return (address = '') => isIP(address) > 0 && trusted.check(address, family(address));
}

/** Each proxy of a chain adds what it was asked for behind a comma, so the first value is what the browser asked for. */
function first(header: string | string[] | undefined): string {
  return (String(header ?? '').split(',', 1)[0] ?? '').trim().toLowerCase();
}

function networks(list: string): BlockList {
  const found = new BlockList();
  for (const part of list.split(',').filter((text) => text.trim() !== '')) {
    const [address = '', prefix] = part.trim().split('/');
    if (prefix === undefined) found.addAddress(address, family(address));
    else found.addSubnet(address, Number(prefix), family(address));
  }
  return found;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

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
