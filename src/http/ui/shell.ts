/** The one HTML document of the dashboard, with the first data of the page that was asked for already in it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPath, readPath } from '../../core/paths.ts';

/** The bundle as `npm run build` left it. */
interface Shell {
  html: string;
  /** Changes with every build, so that an open page can say that there is a new one. */
  build: string;
  /** The Content-Security-Policy that allows this document and nothing else. */
  policy: string;
}

/** Reads the built document from `folder`, or null when the dashboard has not been built. */
export function readShell(folder: string): Shell | null {
  const file = join(folder, 'index.html');
  if (!existsSync(file)) return null;
  const html = readFileSync(file, 'utf8');
  const build = createHash('sha256').update(html).digest('base64url').slice(0, 12);
  const inline = html
    .split('<script>')
    .slice(1)
    .map((rest) => `'${sha256(rest.slice(0, rest.indexOf('</script>')))}'`);
  const policy = [
    "default-src 'self'",
    `script-src 'self' ${inline.join(' ')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html: html.replace('data-build=""', `data-build="${build}"`), build, policy };
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** The longest first data that is put into the document, a run of 800 jobs; more is better fetched beside the script. */
const longestBoot = 500_000;

/** The document with the answer of `path` in it; `data` is JSON text, null when there is none. */
export function withBoot({ html }: Shell, path: string, data: string | null): string {
  if (data === null) return html;
  if (data.length > longestBoot) {
    const link = `<link rel="preload" as="fetch" crossorigin href="${escapeAttribute(path)}" />`;
    return html.replace('</head>', () => `${link}\n  </head>`);
  }
  // In a script element only "<" could end it early or open a comment.
  const boot = `{"path":${JSON.stringify(path)},"data":${data}}`.replaceAll('<', '\\u003c');
  return html.replace('<!--boot-->', () => `<script type="application/json" id="boot">${boot}</script>`);
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** What the first page of the dashboard asks the API for; `path` and `search` are those below the dashboard's base. */
export function bootPath(path: string, search: string): string | null {
  const [first, run, ...rest] = readPath(path);
  if (first !== 'runs' || rest.length > 0) return null;
  const given = new URLSearchParams(search);
  if (run !== undefined) return apiPath.runPage(run, { base: given.get('base') ?? '' });
  return apiPath.runs({ q: given.get('q') ?? '', sort: given.get('sort') ?? '' });
}
