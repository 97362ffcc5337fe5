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
