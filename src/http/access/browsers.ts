/** Rules for requests of web pages: all pages can read, only the server's own pages and those named in a setting can write. */
import { hostname } from 'node:os';
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config.ts';
import { type OriginRules, originProblem } from '../../core/origin.ts';
import { forwardedBy } from '../addresses.ts';
import { Denial } from '../errors.ts';
import { mount, reads } from '../resource.ts';

/** The settings that decide which pages are allowed to do what. */
type BrowserSettings = Pick<Config, 'address' | 'allowed_hosts' | 'read_only' | 'trusted_proxies' | 'write_origins'>;

/** Refuses the requests that core/origin.ts refuses, answers CORS preflights, and keeps robots out. */
export function refuseForeignPages(app: FastifyInstance, config: BrowserSettings): void {
  const rules = rulesOf(config);
  const forwarded = forwardedBy(config.trusted_proxies);
  const problemOf = (request: FastifyRequest) => {
    const { origin, host = '', 'sec-fetch-site': site } = request.headers;
    if (origin === undefined && site === undefined) return null;
    const hosts = [host, forwarded(request, 'x-forwarded-host')];
    return originProblem({ method: request.method, origin, site: site as string | undefined, hosts }, rules);
  };
  const writes = config.read_only ? [] : ['POST', 'PUT', 'DELETE'];
  app.register(cors, {
    delegator: (request, done) => {
      const mayWrite = rules.writeOrigins.includes(request.headers.origin ?? '');
      done(null, { origin: '*', methods: mayWrite ? [...reads, ...writes] : reads, strictPreflight: false });
    },
  });
  // Runs after the hook that adds CORS headers and before the body is read.
  app.addHook('preParsing', async (request) => {
    const problem = problemOf(request);
    if (problem !== null) throw new Denial(403, problem);
  });
  const robots = 'User-agent: *\nDisallow: /\n';
  mount(app, '/robots.txt', { GET: async (_request, reply) => reply.type('text/plain').send(robots), read: 'open' });
}

function rulesOf({ address, allowed_hosts, write_origins }: BrowserSettings): OriginRules {
  const own = address === '' ? null : new URL(address);
  const machine = hostname().toLowerCase();
  return {
    writeOrigins: listed(write_origins),
    ownOrigin: own?.origin ?? null,
    names: [...listed(allowed_hosts), machine, machine.split('.', 1)[0] as string, ...(own ? [own.hostname] : [])],
  };
}

function listed(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim().toLowerCase() || []);
}
