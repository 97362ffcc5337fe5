/**
 * Whether a text is JSON, without making its values: those of a body of 16 MiB can take a gigabyte of memory. Slower than JSON.parse
 * (some 100 MB a second), so only for texts that are too large for it.
 */

const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escaped = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

/** True for exactly the texts that JSON.parse accepts, as long as they nest no deeper than `maxDepth` levels. */
export function isJson(text: string, maxDepth: number): boolean {
  /** For each level that is open, what closes it. */
  const open: number[] = [];
  let at = skipSpace(text, 0);
  for (;;) {
    const first = text.charCodeAt(at);
    if (first === openObject || first === openList) {
      const close = first === openObject ? closeObject : closeList;
      at = skipSpace(text, at + 1);
      if (text.charCodeAt(at) !== close) {
        if (open.push(close) > maxDepth) return false;
        if (close === closeObject) at = endOfKey(text, at);
        if (at === -1) return false;
        continue;
      }
      at++;
    } else {
      at = endOfPlain(text, at, first);
      if (at === -1) return false;
    }
    at = skipSpace(text, at);
    while (open.length > 0 && text.charCodeAt(at) === open.at(-1)) {
      open.pop();
      at = skipSpace(text, at + 1);
    }
    if (open.length === 0) return at === text.length;
    if (text.charCodeAt(at) !== comma) return false;
    at = skipSpace(text, at + 1);
    if (open.at(-1) === closeObject) at = endOfKey(text, at);
    if (at === -1) return false;
  }
}

/** Where the value of a key begins; -1 where there is no key. */
function endOfKey(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return -1;
  const end = endOfString(text, start);
  if (end === -1) return -1;
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === colon ? skipSpace(text, at + 1) : -1;
}

/** Where a value that holds no other ends; -1 where there is none. */
function endOfPlain(text: string, start: number, first: number): number {
  if (first === quote) return endOfString(text, start);
  for (const word of ['null', 'true', 'false']) if (text.startsWith(word, start)) return start + word.length;
  number.lastIndex = start;
  return number.test(text) ? number.lastIndex : -1;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code < 0x20) return -1;
    if (code === backslash) {
      escaped.lastIndex = at + 1;
      if (!escaped.test(text)) return -1;
      at = escaped.lastIndex - 1;
    }
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) {
    code = text.charCodeAt(++at);
  }
  return at;
}
