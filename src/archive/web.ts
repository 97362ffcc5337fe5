/** An archive behind an HTTP server. Nothing but its own host is asked, and nothing but what lies below its address. */
import { mostEntries } from './folder.ts';
import { type ArchiveEntry, ArchiveProblem, type Source } from './source.ts';

/** How long a server may be silent, in milliseconds, and how long one answer may take as a whole. */
const patience = 8_000;
const longestAnswer = 25_000;
const mostRedirects = 3;
/** Bytes of the page that lists a folder: some 2,000 names. */
const longestPage = 512 << 10;

/** The address of a file below a base that ends in a slash. */
function addressOf(root: string, parts: string[]): URL {
  return new URL(parts.map(encodeURIComponent).join('/'), root);
}

/** Asks the archive. Follows redirects only to where it could have been asked itself; throws `ArchiveProblem`. */
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
    // What a server decodes may lead out of a folder that the text of the address is in.
    if (!url.href.startsWith(root) || /%(?:2f|5c|00)/i.test(url.pathname))
      throw new ArchiveProblem('refused', 'the archive redirects to another place');
  }
}

async function askOnce(url: URL, headers: Record<string, string>): Promise<Response> {
  const abort = new AbortController();
  const silent = setTimeout(() => abort.abort(), patience);
  try {
    // Compressed, parts of a file would not be those that were asked for.
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

/** A file behind an address. */
interface WebFile {
  /** The same for the same bytes. */
  key: string;
  /** The same for the same file, also when it has grown. */
  id: string;
  /** Reads it in parts; null where the server knows no parts. */
  source: Source | null;
  /** All of it, as it arrives; errors of it are `ArchiveProblem`s. */
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

/** The files that the page of a folder links to. Throws `ArchiveProblem`. */
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

/** The name that a link of a listing stands for; null for one that sorts the list or leads elsewhere. */
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
    // The rest is cancelled by leaving the loop.
    if (length >= most) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}
