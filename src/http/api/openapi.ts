/** The OpenAPI document of a port, generated from the schemas of its routes, and a page that shows it. */

import { createHash } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { version } from '../../program.ts';
import type { BaseOf } from '../addresses.ts';
import { escapeHtml } from '../html.ts';

/** The parts of an OpenAPI document that are used here. */
interface ApiDocument {
  info?: { title?: string; description?: string; version?: string };
  paths?: Record<string, Record<string, Operation> | undefined>;
  components?: { schemas?: Record<string, Shape> };
  [key: string]: unknown;
}

interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; schema?: Shape; description?: string }[];
  requestBody?: { content?: Record<string, { schema?: Shape }> };
  responses?: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}

interface Shape {
  $ref?: string;
  description?: string;
  enum?: string[];
  type?: string;
  anyOf?: Shape[];
  properties?: Record<string, Shape>;
}

const tags = {
  runs: 'Runs as a whole.',
  jobs: 'Jobs: reports from workers, and lists.',
  nodes: 'Machines: their state, locks and jobs.',
  queue: 'Queues of jobs, and their pauses.',
  dashboard: 'The data of the dashboard. Times are milliseconds since the Unix epoch, durations seconds.',
  service: 'Operation of the server.',
};

const security = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token.' },
  basic: { type: 'http', scheme: 'basic', description: 'A token as the password; the name does not matter.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'paddles_session',
    description: 'For browsers, see POST /api/session.',
  },
} as const;

/** Collects the routes that are added after this call. Returns a function that builds their document for the address of a request. */
export function collectRoutes(
  app: FastifyInstance,
  contract: string,
  baseOf: BaseOf,
): (request: FastifyRequest) => ApiDocument {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'paddles',
        version,
        description: `The ${contract} contract, which this port speaks, and the data of the dashboard below /api. Every path works with and without a trailing slash. A method that it does not support is answered with 405 and \`Allow\`.`,
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: security },
      // A setting decides whether a token is required.
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

/** The tag and name of an operation, and the scope that it requires. */
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

/** Singulars, for the names of operations on a single item. */
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

/** Moves every shape with a title to `components`, once. */
function withSharedShapes(document: ApiDocument): ApiDocument {
  const schemas: Record<string, Shape> = {};
  const paths = share(document.paths, schemas) as ApiDocument['paths'] & object;
  return { ...document, paths, components: { ...document.components, schemas } };
}

function share(value: unknown, schemas: Record<string, Shape>): unknown {
  if (Array.isArray(value)) return value.map((one) => share(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, share(one, schemas)]),
  );
  // Client generators support only this form.
  if (copy.patternProperties instanceof Object) {
    copy.additionalProperties ??= Object.values(copy.patternProperties)[0];
    delete copy.patternProperties;
  }
  const { title } = copy;
  if (typeof title !== 'string') return copy;
  const known = schemas[title];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(copy))
    throw new Error(`two different shapes are named ${title}`);
  schemas[title] = copy;
  return { $ref: `#/components/schemas/${title}` };
}

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
pre { overflow: auto; padding: .5rem; border: 1px solid; border-radius: 5px; max-height: 20rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
h2 { margin-top: 2rem; font: 600 1rem ui-monospace, monospace; }
`;

/** The OpenAPI document as an HTML page without scripts, and a Content-Security-Policy that allows nothing else. */
export function docsPage(document: ApiDocument): { html: string; policy: string } {
  const hash = createHash('sha256').update(style).digest('base64');
  const shapes = document.components?.schemas ?? {};
  const sections = Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.entries(operations ?? {}).map(([method, operation]) => section(path, method, operation, shapes)),
  );
  const shared = Object.entries(shapes).map(
    ([name, shape]) =>
      `<section id="${escapeHtml(name)}"><h2>${escapeHtml(name)}</h2>${shapeText(name, shape)}</section>`,
  );
  const { title = '', description = '', version = '' } = document.info ?? {};
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><nav><a href="../ui/">◂ back to the dashboard</a> · <a href="../ui/help">help</a></nav><main><h1>${escapeHtml(title)} ${escapeHtml(version)}</h1><p>${escapeHtml(description)}
For programs: <a href="openapi.json">openapi.json</a>.</p>${sections.join('')}<h1>Shapes</h1>${shared.join('')}</main></body></html>`;
  return { html, policy: `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'` };
}

function section(path: string, method: string, operation: Operation, shapes: Record<string, Shape>): string {
  const { summary = '', description = '', parameters = [], requestBody, responses = {} } = operation;
  const [body] = Object.values(requestBody?.content ?? {});
  const keys = Object.entries(resolved(body?.schema, shapes).properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'body',
    schema,
    description: undefined,
  }));
  const rows = [...parameters, ...keys].map((one) => {
    const schema = resolved(one.schema, shapes);
    const meaning = one.description ?? schema.description ?? kindOf(schema);
    return `<tr><th scope="row"><code>${escapeHtml(one.name)}</code></th><td>${escapeHtml(one.in)}</td><td>${escapeHtml(meaning)}</td></tr>`;
  });
  const heads = ['parameter', 'in', 'meaning'].map((head) => `<th scope="col">${head}</th>`).join('');
  const table = rows.length > 0 ? `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table>` : '';
  const [type, content] = Object.entries(responses['200']?.content ?? {})[0] ?? ['', {}];
  const words = escapeHtml([summary, description].filter(Boolean).join('. ')).replace(/`(\w+)`/g, '<code>$1</code>');
  return `<section><h2>${method.toUpperCase()} ${escapeHtml(path)}</h2><p>${words}</p>${table}
<details><summary>Answer (${escapeHtml(type)})</summary>${shapeText(`the answer to ${method.toUpperCase()} ${path}`, content.schema ?? {})}</details></section>`;
}

/** The type of a value in words. */
function kindOf({ enum: values, anyOf, type = 'any JSON' }: Shape): string {
  if (values !== undefined) return values.join(', ');
  return anyOf === undefined ? type : [...new Set(anyOf.map(kindOf))].join(' or ');
}

/** The shared shape that a schema refers to, or the schema itself. */
function resolved(schema: Shape | undefined, shapes: Record<string, Shape>): Shape {
  const name = schema?.$ref?.split('/').at(-1);
  return (name === undefined ? schema : shapes[name]) ?? {};
}

/** A schema as text, with links to the shared shapes. */
function shapeText(of: string, schema: unknown): string {
  const text = escapeHtml(JSON.stringify(schema, null, 2));
  const linked = text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#$1">$1</a>');
  return `<pre tabindex="0" aria-label="shape of ${escapeHtml(of)}">${linked}</pre>`;
}
