/** Numbers in texts from outside. They are written in decimal digits: `Number` also reads `0x10` and a space. */

/** A whole number in digits alone; null for anything else, and for one that is too large to be exact. */
export function readDigits(text: string): number | null {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** A number with a sign, a fraction, an exponent and spaces around it, if need be, as Python prints and reads them; null for anything else. */
export function readDecimal(text: string): number | null {
  const number = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}
