/** An archive behind an HTTP server. Only URLs below its address are requested. */
import { mostEntries } from './folder.ts';
import { type ArchiveEntry, ArchiveProblem, type Source } from './source.ts';

/** The longest wait for the headers of a response, and for the whole response, in milliseconds. */
const patience = 8_000;
const longestAnswer = 25_000;
const mostRedirects = 3;
/** The most bytes of a page that lists a folder: some 2,000 names. */
const longestPage = 512 << 10;

/** Returns the URL of a file below `root`, which ends in a slash. */
function addressOf(root: string, parts: string[]): URL {
  return new URL(parts.map(encodeURIComponent).join('/'), root);
}

/** Sends a request to the archive. Follows redirects only to URLs below its address. Throws `ArchiveProblem`. */
async function ask(root: string, address: URL, headers: Record<string, string>): Promise<Response> {
  let url = address;
  for (let redirects = 0; ; redirects++) {
    const answer = await askOnce(url, headers);
    const { status } = answer;
    if (status === 200 || status === 206 || status === 416) return answer;
    await answer.body?.cancel().catch(() => {});
    if (status === 404 || status === 410) throw new ArchiveProblem('missing', 'the archive has no such file');
    const location = status >= 300 && status < 400 ? answer.headers.get('location') : null;
    if (location === null) throw new ArchiveProblem('away', `the archive answers ${status}`);
    if (redirects >= mostRedirects || !URL.canParse(location, url.href))
      throw new ArchiveProblem('away', 'the archive redirects without end');
    url = new URL(location, url);
    // Encoded slashes are refused: when the server decodes them, they may lead out of the folder.
    if (!url.href.startsWith(root) || /%(?:2f|5c|00)/i.test(url.pathname))
      throw new ArchiveProblem('refused', 'the archive redirects to another place');
  }
}

async function askOnce(url: URL, headers: Record<string, string>): Promise<Response> {
  const abort = new AbortController();
  const silent = setTimeout(() => abort.abort(), patience);
  try {
    // Ranges of a compressed response would not be the requested parts of the file.
    return await fetch(url.href, {
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(longestAnswer)]),
    });
  } catch {
    throw new ArchiveProblem('away', 'the archive does not answer');
  } finally {
    clearTimeout(silent);
  }
}

/** A file behind a URL. */
interface WebFile {
  /** Identifies the content of the file. */
  key: string;
  /** Identifies the file, even if it has grown. */
  id: string;
  /** Reads parts of the file; null if the server does not support ranges. */
  source: Source | null;
  /** Streams the whole file. The stream throws `ArchiveProblem`. */
  whole(): Promise<AsyncIterable<Uint8Array>>;
  close(): void;
}

/** Opens a file. Throws `ArchiveProblem`. */
export async function openAddress(root: string, parts: string[]): Promise<WebFile> {
  const url = addressOf(root, parts);
  const answer = await ask(root, url, { range: 'bytes=0-0' });
  const changed = answer.headers.get('etag') ?? answer.headers.get('last-modified') ?? '';
  if (answer.status === 200) {
    const length = answer.headers.get('content-length') ?? '';
    const close = () => void answer.body?.cancel().catch(() => {});
    const key = `${url.href} ${length} ${changed}`;
    return { key, id: url.href, source: null, whole: async () => bytesOf(answer), close };
  }
  await answer.body?.cancel().catch(() => {});
  const range = /\/(\d{1,15})$/.exec(answer.headers.get('content-range') ?? '');
  const size = range ? Number(range[1]) : 0;
  const read = async (at: number, length: number) => {
    if (at >= size || length === 0) return Buffer.alloc(0);
    const part = await ask(root, url, { range: `bytes=${at}-${Math.min(at + length, size) - 1}` });
    if (part.status === 206) return readAtMost(part, length);
    await part.body?.cancel().catch(() => {});
    if (part.status === 416) return Buffer.alloc(0);
    throw new ArchiveProblem('away', 'the archive no longer sends parts of files');
  };
  const whole = async () => bytesOf(await ask(root, url, {}));
  const close = () => {};
  return { key: `${url.href} ${size} ${changed}`, id: url.href, source: { size, read, close }, whole, close };
}

/** Lists the files that the page of a folder links to. Throws `ArchiveProblem`. */
export async function listAddress(root: string, parts: string[]): Promise<{ entries: ArchiveEntry[]; more: boolean }> {
  const page = await readAtMost(await ask(root, new URL(`${addressOf(root, parts).href}/`), {}), longestPage);
  const entries = new Map<string, ArchiveEntry>();
  for (const [, link = ''] of page.toString().matchAll(/<a\s[^<>]{0,200}?href="([^"<>]{1,600})"/gi)) {
    const isFolder = link.endsWith('/');
    const name = nameIn(isFolder ? link.slice(0, -1) : link);
    if (name !== null) entries.set(name, { name, type: isFolder ? 'folder' : 'file', size: null });
    if (entries.size >= mostEntries) break;
  }
  const sorted = [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries: sorted, more: entries.size >= mostEntries };
}

/** Returns the file name in a link of a listing, or null for a link that sorts the list or leads elsewhere. */
function nameIn(link: string): string | null {
  const plain = link.replace(/^\.\//, '').replaceAll('&amp;', '&');
  if (/[/?#:]/.test(plain) || plain === '' || plain === '.' || plain === '..') return null;
  try {
    const name = decodeURIComponent(plain);
    return /[/\\\0]/.test(name) || name.length > 255 || name === '..' ? null : name;
  } catch {
    return null;
  }
}

async function* bytesOf(answer: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.body ?? []) yield chunk;
  } catch {
    throw new ArchiveProblem('away', 'the archive stopped in the middle of the file');
  }
}

async function readAtMost(answer: Response, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytesOf(answer)) {
    parts.push(chunk);
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length >= most) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}
