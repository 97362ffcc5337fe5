import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A ready answer. `version` says of what data it was made. */
export interface BuiltPage {
  version: string;
  body: Buffer;
  etag: string;
}

/** Keeps the last pages; see `createPageCache`. */
export interface PageCache {
  /** The page under a key when it has this version, otherwise the one that `build` makes; simultaneous calls share it. */
  get(key: string, version: string, build: () => Promise<Buffer>): Promise<BuiltPage>;
  /** The data under a key changed in a way that its version may not show. */
  forget(key: string): void;
  /** The same for every key: what changed is not known. */
  forgetAll(): void;
}

/** A cache of the `pages` that were asked for last, of `bytes` together: most readers look at the same few runs. */
export function createPageCache({ pages = 20, bytes = 16 << 20 } = {}): PageCache {
  const kept = new Map<string, BuiltPage>();
  const underWay = new Map<string, Promise<BuiltPage>>();
  const building = new Map<string, number>();
  const overtaken = new Set<string>();
  let size = 0;
  const drop = (key: string) => {
    size -= kept.get(key)?.body.length ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, page: BuiltPage) => {
    drop(key);
    kept.set(key, page);
    size += page.body.length;
    for (const oldest of kept.keys()) {
      if (kept.size <= pages && size <= bytes) break;
      drop(oldest);
    }
  };
  const make = async (key: string, version: string, build: () => Promise<Buffer>) => {
    building.set(key, (building.get(key) ?? 0) + 1);
    const body = await build().finally(() => {
      const others = (building.get(key) ?? 1) - 1;
      if (others > 0) building.set(key, others);
      else building.delete(key);
    });
    const page = { version, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 24)}"` };
    if (!overtaken.has(key)) keep(key, page);
    if (!building.has(key)) overtaken.delete(key);
    return page;
  };
  const forget = (key: string) => {
    drop(key);
    if (building.has(key)) overtaken.add(key);
  };
  return {
    async get(key, version, build) {
      const known = kept.get(key);
      if (known?.version === version) {
        // To the end of the order: it is the last one that was asked for.
        keep(key, known);
        return known;
      }
      const shared = `${key} ${version}`;
      const page = underWay.get(shared) ?? make(key, version, build).finally(() => underWay.delete(shared));
      underWay.set(shared, page);
      return page;
    },
    forget,
    forgetAll() {
      for (const key of [...kept.keys(), ...building.keys()]) forget(key);
    },
  };
}

/** Sends a page, or 304 when the client has it. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, { body, etag }: BuiltPage): FastifyReply {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}
