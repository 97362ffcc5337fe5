/**
 * JSON as text. Results come back exactly as they were sent, so values are kept as the text that arrived: parsing and
 * printing would reorder integer-like keys and round large numbers (and costs three times the fetch).
 */

/** The deepest nesting accepted; common JSON readers give up at about 1,000 levels (Python's default is 1,000). */
export const maxDepth = 500;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;

/**
 * Splits the text of one JSON object into its members: key → raw text of the value. A repeated key keeps its last
 * value, as JSON.parse does. Returns null when values nest deeper than `maxDepth`.
 *
 * `text` must be valid JSON of an object (JSON.parse has accepted it): nothing is validated again here.
 */
export function splitObject(text: string): Map<string, string> | null {
  const members = new Map<string, string>();
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text.charCodeAt(at) === quote) {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    at = skipSpace(text, keyEnd);
    if (text.charCodeAt(at) !== colon) throw new Error('splitObject needs the text of a valid JSON object');
    at = skipSpace(text, at + 1);
    const end = endOfValue(text, at);
    if (end === -1) return null;
    members.set(key, text.slice(at, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return members;
}

/** The longest text that is parsed to be looked into, in UTF-16 units: a megabyte takes about ten milliseconds. */
const longestParsed = 1 << 20;

/** The value of a JSON text (null for none); null too when it is so long that everybody else would wait. */
export function parseUnlessLong(text: string | null): unknown {
  return text === null || text.length > longestParsed ? null : JSON.parse(text);
}

/** Prints members as the text of one JSON object, in the order of the map. */
export function joinObject(members: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  return `{${text}}`;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  if (first === 0x7b || first === 0x5b) return endOfContainer(text, start);
  let at = start;
  for (let code = first; code > 0x20 && code !== comma && code !== 0x7d; code = text.charCodeAt(at)) at++;
  return at;
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) return -1;
    } else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
}
