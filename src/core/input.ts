/** Checks for text from clients: valid names, storable values, and numbers. */

/** The longest run name, in UTF-16 units (teuthology contract §3.1). */
export const longestRunName = 512;

/** The longest job id, in UTF-16 units (teuthology contract §3.1). */
export const longestJobId = 32;

/** Why a text cannot be used as a name in a URL, or null if it can. `longest` is in UTF-16 units. */
export function nameProblem(name: string, longest: number): string | null {
  if (name === '') return 'must not be empty';
  if (name.length > longest) return `must be at most ${longest} characters long`;
  if (name.includes('/')) return "must not contain '/'";
  if (/\p{Cc}/u.test(name)) return 'must not contain control characters';
  if (!name.isWellFormed()) return 'must be well-formed Unicode';
  // URL parsers remove these two path segments, so an object with such a name could not be requested.
  if (name === '.' || name === '..') return `must not be '${name}'`;
  return null;
}

/**
 * Truncates a value that lists are filtered by, so that it fits into an index. An index entry of PostgreSQL holds at most 2,704 bytes, and some
 * indexes have a suite, a branch and a machine type. Real branches, machine types and sha1s are far shorter.
 */
export function filterable(text: string): string {
  const cut = text.length <= longestFilterable ? text : text.slice(0, longestFilterable).toWellFormed();
  // A UTF-16 unit takes at most three bytes in UTF-8.
  if (cut.length * 3 <= mostBytes) return cut;
  return cut.slice(0, new TextEncoder().encodeInto(cut, new Uint8Array(mostBytes)).read);
}

const longestFilterable = 512;
const mostBytes = 800;

/** Makes a text storable and comparable on both engines: PostgreSQL rejects NUL, and UTF-8 cannot encode lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/**
 * Parses a whole number written in decimal digits only. Null for anything else, including `0x10` and spaces, which `Number` would accept, and for
 * numbers too large to be exact.
 */
export function readDigits(text: string): number | null {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/**
 * Reads a number from a JSON body, given as a number or a string. A string may have a sign, a fraction, an exponent and surrounding spaces, as
 * Python prints and parses them. Null for anything else.
 */
export function readNumber(value: unknown): number | null {
  const isRead = typeof value === 'string' && /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value);
  const number = isRead ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
