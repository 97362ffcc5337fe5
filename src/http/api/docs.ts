import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';

/** The parts of an OpenAPI document that the page shows. */
interface Document {
  info?: { title?: string; description?: string; version?: string };
  paths?: Record<string, Record<string, Operation> | undefined>;
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; schema?: { description?: string }; description?: string }[];
  requestBody?: { content?: Record<string, { schema?: { properties?: Record<string, BodyKey> } }> };
  responses?: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}

interface BodyKey {
  description?: string;
  enum?: string[];
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
  const sections = Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.entries(operations ?? {})
      .filter(([method, { requestBody }]) => method === 'get' || requestBody !== undefined)
      .map(([method, operation]) => section(path, method, operation)),
  );
  const { title = '', description = '', version = '' } = document.info ?? {};
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><nav><a href="/ui/">◂ back to the dashboard</a> · <a href="/ui/help">help</a></nav><main><h1>${escapeHtml(title)} ${escapeHtml(version)}</h1><p>${escapeHtml(description)}
For programs: <a href="openapi.json">openapi.json</a>.</p>${sections.join('')}</main></body></html>`;
  return { html, policy: `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'` };
}

function section(path: string, method: string, operation: Operation): string {
  const { summary = '', parameters = [], requestBody, responses = {} } = operation;
  const [body] = Object.values(requestBody?.content ?? {});
  const keys = Object.entries(body?.schema?.properties ?? {}).map(([name, { description, enum: values }]) => {
    return { name, in: 'body', description: description ?? values?.join(', ') };
  });
  const rows = [
    ...parameters.map((one) => ({ ...one, description: one.description ?? one.schema?.description })),
    ...keys,
  ]
    .map(
      (one) =>
        `<tr><th scope="row"><code>${escapeHtml(one.name)}</code></th><td>${escapeHtml(one.in)}</td><td>${escapeHtml(one.description ?? '')}</td></tr>`,
    )
    .join('');
  const table =
    rows &&
    `<table><thead><tr><th scope="col">parameter</th><th scope="col">in</th><th scope="col">meaning</th></tr></thead><tbody>${rows}</tbody></table>`;
  const [type, content] = Object.entries(responses['200']?.content ?? {})[0] ?? ['', {}];
  return `<section><h2>${method.toUpperCase()} ${escapeHtml(path)}</h2><p>${escapeHtml(summary)}</p>${table}
<details><summary>Answer (${escapeHtml(type)})</summary><pre tabindex="0" aria-label="shape of the answer to ${escapeHtml(path)}">${escapeHtml(JSON.stringify(content.schema ?? {}, null, 2))}</pre></details></section>`;
}
