/** Who sent a request: for whoever keeps an author, and for the log. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { type Identity, nobody } from '../core/access.ts';
import type { Actor, Door } from '../core/audit.ts';

const identities = new WeakMap<FastifyRequest, Identity>();

/** Who sent a request; `nobody` before the access rules have looked at it. */
export function identityOf(request: FastifyRequest): Identity {
  return identities.get(request) ?? nobody;
}

/** The IP address that a request comes from: what the last proxy that is not trusted says, if it is one, or that of the connection. */
export function addressOf({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}

/** Keeps who sent a request. */
export function setIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request, identity);
}

/** Whose write a request is, and when it comes; `now` in microseconds since the Unix epoch. */
export function stampOf(request: FastifyRequest, door: Door, now: () => number): { by: Actor; at: number } {
  return { by: actorOf(request, door), at: now() };
}

/** Who sent a request, for the log of changes. */
export function actorOf(request: FastifyRequest, door: Door): Actor {
  const { name, verified } = identityOf(request);
  return { name, verified, address: addressOf(request), door, request: request.id };
}
