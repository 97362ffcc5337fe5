// src/core/decimal.ts
/** Numbers in texts from outside. They are written in decimal digits: `Number` also reads `0x10` and a space. */
/** A whole number in digits alone; null for anything else, and for one that is too large to be exact. */
function readDigits(text) {
	const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
	return Number.isSafeInteger(number) ? number : null;
}
/** A number with a sign, a fraction, an exponent and spaces around it, if need be, as Python prints and reads them; null for anything else. */
function readDecimal(text) {
	const number = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : NaN;
	return Number.isFinite(number) ? number : null;
}
export { readDigits as n, readDecimal as t };
