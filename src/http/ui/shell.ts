/** The HTML document of the dashboard, which contains the initial data of the requested page. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPath, readPath } from '../../core/paths.ts';
import { escapeHtml } from '../html.ts';
import { type BootAnswer, plainPage } from './plain.ts';

/** The document built by `npm run build`. */
interface Shell {
  html: string;
  /** Changes with every build, so that an open page can tell its user about a new version. */
  build: string;
  /** The Content-Security-Policy that allows this document and nothing else. */
  policy: string;
}

/** Reads the built document from `folder`; null if the dashboard has not been built. */
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

/** The longest data that is embedded in the document: a run of 800 jobs. Longer data loads faster in parallel with the script. */
const longestBoot = 500_000;

/** Embeds answers in the document. All its links begin with `prefix`. */
export function withBoot({ html }: Shell, answers: readonly BootAnswer[], prefix: string): string {
  const [short, long] = [true, false].map((isShort) =>
    answers.filter(({ data }) => data.length <= longestBoot === isShort),
  );
  const links = long?.map(
    ({ path }) => `<link rel="preload" as="fetch" crossorigin href="${escapeHtml(prefix + path)}" />\n  `,
  );
  const texts = short?.map(({ path, data }) => `{"path":${JSON.stringify(path)},"data":${data}}`);
  // Only "<" could end the script element early or open a comment.
  const boot = `[${texts?.join(',')}]`.replaceAll('<', '\\u003c');
  return below(prefix, html)
    .replace('<!--plain-->', () => below(prefix, plainPage(short ?? [])))
    .replace('</head>', () => `${links?.join('')}</head>`)
    .replace('<!--boot-->', () => `<script type="application/json" id="boot">${boot}</script>`);
}

/** Adds a prefix to the paths of links in HTML of this server. Text from clients is escaped and contains no quotes. */
function below(prefix: string, html: string): string {
  return prefix === '' ? html : html.replace(/ (href|src|data-base)="(?=\/(?:ui|api)\b)/g, `$&${escapeHtml(prefix)}`);
}

/** The first API requests of a page. `path` and `search` are relative to the dashboard's base. */
export function bootPaths(path: string, search: string): string[] {
  const page = pageData(readPath(path), new URLSearchParams(search));
  return page === null ? [apiPath.session()] : [page, apiPath.session()];
}

function pageData([first, name, second, job, ...rest]: string[], given: URLSearchParams): string | null {
  // The viewer opens at the first error, which is in the answer for the job.
  if (first === 'runs' && second === 'jobs' && rest.join('/') === 'log') return apiPath.job(name ?? '', job ?? '');
  if (rest.length > 0) return null;
  const of = (key: string) => given.get(key) ?? '';
  if (first === 'causes' && name !== undefined && second === undefined) return apiPath.cause(name);
  if (first === 'queue' && name === undefined) return apiPath.queue();
  if (first === 'nodes' && name === undefined) {
    const days = of('since_days');
    return apiPath.nodes({ machine_type: of('machine_type'), since_days: days === '14' ? '' : days });
  }
  if (first !== 'runs') return null;
  if (name === undefined) return apiPath.runs({ q: of('q'), sort: of('sort') });
  if (second === undefined) return apiPath.runPage(name, { base: of('base'), at: of('at') });
  return second === 'jobs' && job !== undefined ? apiPath.job(name, job, { scope: of('scope') || 'branch' }) : null;
}
