import { expect, test } from 'vitest';
import { readDigits, readNumber } from './input.ts';

const odd = [
  '',
  ' ',
  '.',
  '-',
  '0x10',
  '0b1',
  '0o7',
  '1e',
  '1_000',
  '1,5',
  '5 6',
  'Infinity',
  'NaN',
  '٣',
  '9'.repeat(400),
];

test('only numbers of decimal digits are read', () => {
  expect(['0', '007', '9007199254740991'].map(readDigits)).toEqual([0, 7, Number.MAX_SAFE_INTEGER]);
  for (const text of [...odd, ' 5', '5\n', '+5', '-5', '1.5', '1e3', '9007199254740992'])
    expect(readDigits(text), text).toBeNull();
});

test('decimal numbers are read with signs, fractions, exponents and spaces around them', () => {
  expect([' 5', '+5', '-5\n', '1.5', '2.', '.5', '-.25', '0012', '1e3', '1.5E-05'].map(readNumber)).toEqual([
    5, 5, -5, 1.5, 2, 0.5, -0.25, 12, 1000, 0.000015,
  ]);
  for (const text of [...odd, '--5', '+ 5', '1.5.2']) expect(readNumber(text), text).toBeNull();
});
