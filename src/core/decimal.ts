/** Numbers in texts from outside. They are written in decimal digits: `Number` also reads `0x10` and a space. */

/** A whole number in digits alone; null for anything else, and for one that is too large to be exact. */
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
