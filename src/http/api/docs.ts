import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';

/** The parts of an OpenAPI document that the page shows. */
interface Document {
  info?: { title?: string; description?: string; version?: string };
  paths?: Record<string, Record<string, Operation> | undefined>;
  components?: { schemas?: Record<string, Shape> };
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

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
pre { overflow: auto; padding: .5rem; border: 1px solid; border-radius: 5px; max-height: 20rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
h2 { margin-top: 2rem; font: 600 1rem ui-monospace, monospace; }
`;

/** The OpenAPI document as a page for people, without scripts, and the policy that allows it and nothing else. */
export function docsPage(given: unknown): { html: string; policy: string } {
  const document = given as Document;
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

/** What a value may be, in words. */
function kindOf({ enum: values, anyOf, type = 'any JSON' }: Shape): string {
  if (values !== undefined) return values.join(', ');
  return anyOf === undefined ? type : [...new Set(anyOf.map(kindOf))].join(' or ');
}

/** The shared shape that a schema only names, or the schema itself. */
function resolved(schema: Shape | undefined, shapes: Record<string, Shape>): Shape {
  const name = schema?.$ref?.split('/').at(-1);
  return (name === undefined ? schema : shapes[name]) ?? {};
}

/** A schema as text; the names of shared shapes lead to them. */
function shapeText(of: string, schema: unknown): string {
  const text = escapeHtml(JSON.stringify(schema, null, 2));
  const linked = text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#$1">$1</a>');
  return `<pre tabindex="0" aria-label="shape of ${escapeHtml(of)}">${linked}</pre>`;
}
