/** The senders of requests, for stored authors and for the log. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { type Identity, nobody } from '../core/access.ts';
import type { Actor, Door } from '../core/audit.ts';

const identities = new WeakMap<FastifyRequest, Identity>();

/** Who sent a request; `nobody` before the access rules have been applied. */
export function identityOf(request: FastifyRequest): Identity {
  return identities.get(request) ?? nobody;
}

/** The IP address of the client: the last untrusted address in the chain of proxies, or that of the connection if it is not an IP address. */
export function addressOf({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}

/** Records who sent a request. */
export function setIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request, identity);
}

/** The author and time of a write; `now` returns microseconds since the Unix epoch. */
export function stampOf(request: FastifyRequest, door: Door, now: () => number): { by: Actor; at: number } {
  return { by: actorOf(request, door), at: now() };
}

/** Who sent a request, for the audit log. */
export function actorOf(request: FastifyRequest, door: Door): Actor {
  const { name, verified } = identityOf(request);
  return { name, verified, address: addressOf(request), door, request: request.id };
}
