/** Texts as clients wrap them: what is around a reason, what stands in the representation of Python values, and how titles are cut. */

const logPrefix =
  /^(?:\d{4}-\d\d-\d\d[T ][\d:.]{8,16}(?:Z|[+-][\d:]{4,6})? )?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):[\w.-]{1,120}:\s?/;
/** What a traceback puts before a message whose shape says the same. */
const exceptionPrefix =
  /^(?:teuthology\.exceptions\.)?(?:CommandFailedError|CommandCrashedError|ConnectionLostError|AnsibleFailedError|MaxWhileTries|SELinuxError|VersionNotFoundError|UnitTestError): (?=\S)/;
/** A time, with or without a level and one of the loggers of a test framework; the first word of a message may look like a logger. */
const timePrefix =
  /^\[?\d{4}-\d\d-\d\d[T ][\d:.,]{8,19}(?:Z|[+-][\d:]{4,6})?\]? (?:\[?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\]?(?::? |:)(?:\[?(?:teuthology|tasks|paramiko|ansible|root)[\w.-]{0,100}\]?: ?)?)?(?=\S)/;

/** A reason without colours, the representation of bytes, quotes around all of it and what a logger puts before it. */
export function withoutWrappers(reason: string): string {
  let text = reason.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, '').trim();
  for (let turn = 0; turn < 4; turn++) {
    const inner = withoutOne(text);
    if (inner === text) break;
    text = inner;
  }
  return text;
}

function withoutOne(text: string): string {
  if (/^[bu]['"]/.test(text) && text.length > 2 && text.endsWith(text[1] as string)) return unquote(text.slice(1));
  if (isQuoted(text)) return unquote(text);
  if (logPrefix.test(text)) return text.replace(logPrefix, '');
  return text.replace(timePrefix, '').replace(exceptionPrefix, '');
}

/** Whether one pair of quotes holds all of a text of several words: a key in quotes is what a `KeyError` says. */
function isQuoted(text: string): boolean {
  const [quote = ''] = text;
  if ((quote !== "'" && quote !== '"') || text.length < 3 || !text.endsWith(quote) || !text.includes(' ')) return false;
  for (let at = text.indexOf(quote, 1); at < text.length - 1; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== '\\') return false;
  }
  return true;
}

/** The texts that a printed dictionary has under a key, at most 20. */
export function valuesOf(text: string, key: string): string[] {
  const values: string[] = [];
  for (const quoted of [`'${key}': `, `"${key}": `]) {
    for (let at = text.indexOf(quoted); at >= 0 && values.length < 20; at = text.indexOf(quoted, at + 1)) {
      const start = at + quoted.length;
      const end = endOfText(text, start);
      if (end > start) values.push(unquote(text.slice(start, end)));
      else if (text[start] === '[') {
        const [list = ''] = text.slice(start + 1).split(']', 1);
        values.push(list.replace(/['"],? ?/g, ' '));
      }
    }
  }
  return values;
}

/** Where a text in quotes that begins here ends; the beginning when there is none. */
function endOfText(text: string, start: number): number {
  const quote = text[start];
  if (quote !== "'" && quote !== '"') return start;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

/** Without the quotes around it and the backslashes before those inside. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') return text;
  const inner = text.slice(1, text.length > 1 && text.endsWith(quote) ? -1 : undefined);
  return inner
    .replace(/\\(.)/gs, (_, character: string) =>
      'nrt'.includes(character)
        ? ' '
        : `${character === "'" || character === '"' || character === '\\' ? '' : '\\'}${character}`,
    )
    .replace(/\s+/g, ' ')
    .trim();
}

/** Cuts a title at a word; a hash of the rest keeps two long ones apart. */
export function cutTitle(title: string, longest: number): string {
  const line = title
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f\s]+/g, ' ')
    .trim();
  if (line.length <= longest) return line;
  const space = line.lastIndexOf(' ', longest - 10);
  const at = space > longest / 2 ? space : longest - 10;
  // A character cut in two would not be the same when it is read back from a database.
  return `${line.slice(0, at).trimEnd()} …${hashOf(line.slice(at)).slice(0, 6)}`.toWellFormed();
}

/** cyrb53, of which 8 hexadecimal digits: 10,000 causes collide once in a hundred databases. */
export function hashOf(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  return (a >>> 0).toString(16).padStart(8, '0');
}
