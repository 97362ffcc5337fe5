/** Texts from outside: what they may be called, what can be stored, and which numbers they hold. */

/** The longest run name, in UTF-16 units (teuthology contract §3.1). */
export const longestRunName = 512;

/** The longest job id, in UTF-16 units (teuthology contract §3.1). */
export const longestJobId = 32;

/** Why a text cannot name something in a URL, or null when it can; `longest` in UTF-16 units. */
export function nameProblem(name: string, longest: number): string | null {
  if (name === '') return 'must not be empty';
  if (name.length > longest) return `must be at most ${longest} characters long`;
  if (name.includes('/')) return "must not contain '/'";
  if (/\p{Cc}/u.test(name)) return 'must not contain control characters';
  if (!name.isWellFormed()) return 'must be well-formed Unicode';
  // URL parsers resolve these two segments away, so that nothing stored under them could be asked for.
  if (name === '.' || name === '..') return `must not be '${name}'`;
  return null;
}

/**
 * A value that lists are filtered by, cut where an index could no longer hold it: those of PostgreSQL hold 2,704 bytes, and some have a
 * suite, a branch and a machine type. No branch, machine type or sha1 comes near.
 */
export function filterable(text: string): string {
  const cut = text.length <= longestFilterable ? text : text.slice(0, longestFilterable).toWellFormed();
  // A UTF-16 unit takes three bytes at most.
  if (cut.length * 3 <= mostBytes) return cut;
  return cut.slice(0, new TextEncoder().encodeInto(cut, new Uint8Array(mostBytes)).read);
}

const longestFilterable = 512;
const mostBytes = 800;

/** A text as both engines can store and compare it: PostgreSQL does not allow NUL, nor UTF-8 lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/**
 * A whole number in decimal digits alone; null for anything else, such as the `0x10` and the space that `Number` reads too, and for one
 * that is too large to be exact.
 */
export function readDigits(text: string): number | null {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/**
 * A number of a JSON body, or one as text: with a sign, a fraction, an exponent and spaces around it, if need be, as Python prints and
 * reads them. Null for anything else.
 */
export function readNumber(value: unknown): number | null {
  const isRead = typeof value === 'string' && /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value);
  const number = isRead ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
