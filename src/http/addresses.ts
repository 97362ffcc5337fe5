/** Addresses of requests that pass through proxies, and the base of links. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Returns the first value of a forwarding header, in lower case; empty if it does not come from a trusted proxy. */
export type Forwarded = (request: FastifyRequest, header: string) => string;

/** `proxies` is a comma-separated list of addresses and networks. */
export function forwardedBy(proxies: string): Forwarded {
  const isProxy = trustedBy(proxies);
  return ({ headers, socket }, header) => (isProxy(socket.remoteAddress) ? first(headers[header]) : '');
}

/** Returns a function that says whether an address belongs to one of these proxies. */
export function trustedBy(proxies: string): (address: string | undefined) => boolean {
  const trusted = networks(proxies);
  return (address = '') => isIP(address) > 0 && trusted.check(address, family(address));
}

/** Each proxy of a chain appends its value after a comma, so the first value is what the browser sent. */
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

/** Returns the base of links in the answer to a request, without a trailing slash. */
export type BaseOf = (request: FastifyRequest) => string;

/** The settings that determine the base of links. */
interface LinkSettings {
  address: string;
  /** A comma-separated list of addresses and networks. */
  trusted_proxies: string;
}

/** The path of a public address without a trailing slash: `/paddles` for `https://host/paddles/`, empty for a bare host. */
export function prefixOf(address: string): string {
  return address === '' ? '' : new URL(address).pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

/** Removes the prefix of the public address from a URL. Some proxies forward the prefix, others strip it. */
export function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : url;
}

/**
 * The base of links: `address` if it is configured, otherwise the address that the request was sent to, from its `Host`, or from
 * `X-Forwarded-Proto` and `X-Forwarded-Host` if it comes from a trusted proxy.
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
    // A hostile Host must not turn a link into anything but a link to a host.
    const safe = /^[\w.:[\]-]+$/.test(host) ? host : `localhost:${socket.localPort}`;
    return `${forwarded(request, 'x-forwarded-proto') === 'https' ? 'https' : 'http'}://${safe}`;
  };
}
