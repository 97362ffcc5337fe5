/** Numbers in texts from outside. They are written in decimal digits: `Number` also reads `0x10`, `1e3` and a space. */

/** A whole number in digits alone; null for anything else, and for one that is too large to be exact. */
export function readDigits(text: string): number | null {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** A number with a sign, a fraction and spaces around it, if need be; null for anything else. */
export function readDecimal(text: string): number | null {
  const number = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}
