/** Handles the texts of clients: removes wrappers around failure reasons, reads printed Python values, and cuts titles. */

const logPrefix =
  /^(?:\d{4}-\d\d-\d\d[T ][\d:.]{8,16}(?:Z|[+-][\d:]{4,6})? )?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):[\w.-]{1,120}:\s?/;
/** The exception names that a traceback puts before a message that is recognizable without them. */
const exceptionPrefix =
  /^(?:teuthology\.exceptions\.)?(?:CommandFailedError|CommandCrashedError|ConnectionLostError|AnsibleFailedError|MaxWhileTries|SELinuxError|VersionNotFoundError|UnitTestError): (?=\S)/;
/**
 * A time, optionally with a level and one of the loggers of a test framework. Other loggers are not accepted, because the first word of a message
 * may look like one.
 */
const timePrefix =
  /^\[?\d{4}-\d\d-\d\d[T ][\d:.,]{8,19}(?:Z|[+-][\d:]{4,6})?\]? (?:\[?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\]?(?::? |:)(?:\[?(?:teuthology|tasks|paramiko|ansible|root)[\w.-]{0,100}\]?: ?)?)?(?=\S)/;

/** Removes colours, the representation of bytes, quotes around the whole reason and the prefixes of loggers. */
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

/** Whether one pair of quotes encloses a text of several words. A single quoted word is kept as it is: it is the key in a `KeyError`. */
function isQuoted(text: string): boolean {
  const [quote = ''] = text;
  if ((quote !== "'" && quote !== '"') || text.length < 3 || !text.endsWith(quote) || !text.includes(' ')) return false;
  for (let at = text.indexOf(quote, 1); at < text.length - 1; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== '\\') return false;
  }
  return true;
}

/** The texts under a key in a printed dictionary, at most 20. */
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

/** Where the quoted text that starts at `start` ends; `start` if there is none. */
function endOfText(text: string, start: number): number {
  const quote = text[start];
  if (quote !== "'" && quote !== '"') return start;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

/** Removes the quotes around a text and the backslashes before quotes inside it. */
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

/** Cuts a title at the end of a word. A hash of the rest distinguishes long titles with the same beginning. */
export function cutTitle(title: string, longest: number): string {
  const line = title
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f\s]+/g, ' ')
    .trim();
  if (line.length <= longest) return line;
  const space = line.lastIndexOf(' ', longest - 10);
  const at = space > longest / 2 ? space : longest - 10;
  // A surrogate pair that is cut in two would change when it is stored in a database.
  return `${line.slice(0, at).trimEnd()} …${hashOf(line.slice(at)).slice(0, 6)}`.toWellFormed();
}

/** cyrb53, reduced to 8 hexadecimal digits: with 10,000 causes, one in a hundred databases has a collision. */
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
