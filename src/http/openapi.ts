/** One document of everything that a port serves, made of the schemas of its routes. */
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { version } from '../program.ts';
import type { BaseOf } from './href.ts';

/** An OpenAPI document, as far as it is looked into. */
export interface ApiDocument {
  paths?: Record<string, unknown>;
  components?: { schemas?: Record<string, unknown> };
  [key: string]: unknown;
}

/** The document for a client, with the address at which it reaches the server. */
export type DocumentFor = (request: FastifyRequest) => ApiDocument;

const tags = {
  runs: 'Runs, and what happens to them as a whole.',
  jobs: 'Jobs: reports of workers, and lists.',
  nodes: 'Machines: their state, locks and jobs.',
  queue: 'Queues of jobs, and their pauses.',
  dashboard: 'What the dashboard reads. Times are milliseconds since the Unix epoch, durations seconds.',
  service: 'For those who operate the server.',
};

const security = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token.' },
  basic: { type: 'http', scheme: 'basic', description: 'A token as the password; the name does not matter.' },
  session: { type: 'apiKey', in: 'cookie', name: 'paddles_session', description: 'Of a browser: POST /api/session.' },
} as const;

/** Collects the routes that are added after it, and returns what makes the document of them. */
export function collectRoutes(app: FastifyInstance, contract: string, baseOf: BaseOf): DocumentFor {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'paddles',
        version,
        description: `The ${contract} contract, which this port speaks, and the data of the dashboard below /api. Every address answers with and without a slash at its end, and a method that it does not have with 405 and \`Allow\`.`,
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: security },
      // Whether a token is needed is a setting.
      security: [{}, { bearer: [] }, { basic: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      if (schema === undefined || schema.hide) return { schema: { hide: true }, url };
      return { schema: { ...schema, ...namesOf(route) }, url };
    },
  });
  let shared: ApiDocument | undefined;
  return (request) => {
    shared ??= withSharedShapes(app.swagger() as unknown as ApiDocument);
    return { ...shared, servers: [{ url: baseOf(request) }] };
  };
}

/** Where an operation belongs, its name, and the scope of tokens that it needs. */
function namesOf({ method, url, config, schema }: RouteOptions) {
  const segments = url.split('/').filter((segment) => segment !== '');
  const words = segments.flatMap((segment, index) => {
    const next = segments[index + 1] ?? '';
    if (isParameter(segment)) return index > 0 && (segments[index - 1] as string) in ones ? [] : ['by', segment];
    return isParameter(next) ? (ones[segment] ?? segment) : segment;
  });
  const operationId = [String(method).toLowerCase(), ...(words.length === 0 ? ['root'] : words)]
    .flatMap((word) => word.split(/\W|_/))
    .filter((word) => word !== '')
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  const scope = config?.scope === undefined || config.scope === 'open' ? '' : `Needs the scope \`${config.scope}\`.`;
  const { description = '' } = schema as { description?: string };
  return { operationId, tags: [tagOf(segments)], description: [description, scope].filter(Boolean).join(' ') };
}

/** One of several, by which an operation on one is called. */
const ones: Record<string, string> = {
  runs: 'run',
  jobs: 'job',
  nodes: 'node',
  causes: 'cause',
  decisions: 'decision',
};

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}

function tagOf([first = '', , third]: string[]): keyof typeof tags {
  if (first === 'api') return 'dashboard';
  if (third === 'jobs') return 'jobs';
  return first in tags ? (first as keyof typeof tags) : 'service';
}

/** Every shape that has a title stands once below `components`, however often it is used. */
function withSharedShapes(document: ApiDocument): ApiDocument {
  const schemas: Record<string, unknown> = {};
  const paths = share(document.paths, schemas) as ApiDocument['paths'] & object;
  return { ...document, paths, components: { ...document.components, schemas } };
}

function share(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => share(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, share(one, schemas)]),
  );
  // Generators of clients know this form only.
  if (copy.patternProperties instanceof Object) {
    copy.additionalProperties ??= Object.values(copy.patternProperties)[0];
    delete copy.patternProperties;
  }
  const { title } = copy;
  if (typeof title !== 'string') return copy;
  const known = schemas[title];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(copy))
    throw new Error(`two different shapes are called ${title}`);
  schemas[title] = copy;
  return { $ref: `#/components/schemas/${title}` };
}
