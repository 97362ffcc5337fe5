import { BlockList, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Answers the public address for a request, without a trailing slash. */
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
    const base = address.replace(/\/+$/, '');
    return () => base;
  }
  const trusted = networks(trusted_proxies);
  return ({ headers, socket }) => {
    const proxied = isTrusted(trusted, socket.remoteAddress);
    const forwarded = (name: string) => (proxied ? first(headers[name]) : '');
    const host = forwarded('x-forwarded-host') || (headers.host ?? '').toLowerCase();
    // A hostile Host must not become a link to somewhere else than a host.
    const safe = /^[\w.:[\]-]+$/.test(host) ? host : `localhost:${socket.localPort}`;
    return `${forwarded('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${safe}`;
  };
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

function isTrusted(trusted: BlockList, address: string | undefined): boolean {
  return address !== undefined && trusted.check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
