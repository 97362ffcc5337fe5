import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDay, formatTimestamp, MICROS_PER_DAY, parseDay, parseTimestamp } from './time.ts';

const SECOND = 1_000_000;
const anyMicros = fc.maxSafeInteger();
// Two days inside the limits, because a day that a limit clamps does not round-trip.
const dayMicros = fc.integer({
  min: Number.MIN_SAFE_INTEGER + 2 * MICROS_PER_DAY,
  max: Number.MAX_SAFE_INTEGER - 2 * MICROS_PER_DAY,
});
const at = (iso: string): number => Date.parse(iso) * 1000;

describe('formatTimestamp', () => {
  test.each([
    [0, '1970-01-01 00:00:00.000000'],
    [1, '1970-01-01 00:00:00.000001'],
    [-1, '1969-12-31 23:59:59.999999'],
    [at('2013-07-02T02:30:00Z'), '2013-07-02 02:30:00.000000'],
    [at('2026-11-23T16:49:17.351Z') + 438, '2026-11-23 16:49:17.351438'],
    [at('2024-02-29T23:59:59.999Z') + 999, '2024-02-29 23:59:59.999999'],
  ])('%d is %s', (micros, text) => expect(formatTimestamp(micros)).toBe(text));

  test('null and invalid times are null', () => {
    for (const micros of [null, Number.NaN, Number.POSITIVE_INFINITY, -Number.MAX_VALUE]) {
      expect(formatTimestamp(micros)).toBeNull();
    }
  });

  test('has one format, which sorts as text like the numbers', () => {
    fc.assert(
      fc.property(anyMicros, anyMicros, (a, b) => {
        const [left = '', right = ''] = [formatTimestamp(a) ?? '', formatTimestamp(b) ?? ''];
        expect(left).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
        expect(Math.sign(a - b)).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });
});

describe('parseTimestamp', () => {
  test.each([
    ['2013-07-01_22:30:00', 'run-name', '2013-07-01T22:30:00Z'],
    ['2013-7-1_2:3:4', 'run-name', '2013-07-01T02:03:04Z'],
    ['2024-02-29_23:59:59', 'run-name', '2024-02-29T23:59:59Z'],
    ['2013-07-01 22:31:00', 'updated', '2013-07-01T22:31:00Z'],
    ['2013-07-01 22:31:00.123456', 'updated', '2013-07-01T22:31:00Z'],
    ['2013-07-01 22:31:00.1.2 whatever', 'updated', '2013-07-01T22:31:00Z'],
    ['2013-07-01  2:31:00', 'updated', '2013-07-01T02:31:00Z'],
  ] as const)('%s as %s', (text, format, iso) => expect(parseTimestamp(text, format)).toBe(at(iso)));

  test.each([
    '',
    '2024-02-30_00:00:00',
    '2023-02-29_00:00:00',
    '2024-13-01_00:00:00',
    '2024-00-10_00:00:00',
    '2024-01-00_00:00:00',
    '2024-01-01_24:00:00',
    '2024-01-01_00:60:00',
    '2024-01-01_00:00:60',
    '24-1-2_3:4:5',
    '0024-01-02_03:04:05',
    '0000-01-01_00:00:00',
    '9999-12-31_00:00:00',
    '2024-01-01_00:00:00.5',
    '2024-01-01_00:00:00\n',
    ' 2024-01-01_00:00:00',
    '2024-01-01 00:00:00',
  ])('%j is not a run-name time', (text) => expect(parseTimestamp(text, 'run-name')).toBeNull());

  test.each([
    '2024-01-01T00:00:00',
    '2024-01-01_00:00:00',
    '2024-01-01 00:00',
    '2024-02-30 00:00:00.000001',
    '.2024-01-01 00:00:00',
    '2024-01-01 00:00:00Z',
    '2024-01-01 00:00:00+00:00',
  ])('%j is not an updated time', (text) => expect(parseTimestamp(text, 'updated')).toBeNull());

  test('reads what formatTimestamp wrote, to the second', () => {
    fc.assert(
      fc.property(dayMicros, (micros) => {
        const whole = Math.floor(micros / SECOND) * SECOND;
        const text = formatTimestamp(micros) ?? '';
        expect(parseTimestamp(text, 'updated')).toBe(whole);
        expect(parseTimestamp(text.slice(0, 19).replace(' ', '_'), 'run-name')).toBe(whole);
      }),
    );
  });

  test('returns null for any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.constantFrom('run-name', 'updated'), (text, format) => {
        expect(parseTimestamp(text, format)).toBeNull();
      }),
    );
  });
});

describe('days', () => {
  const today = at('2024-03-01T12:34:56Z') + 7;
  const day = (iso: string) => ({ from: at(`${iso}T00:00:00Z`), to: at(`${iso}T00:00:00Z`) + MICROS_PER_DAY });

  test.each([
    ['today', '2024-03-01'],
    ['yesterday', '2024-02-29'],
    ['2013-1-1', '2013-01-01'],
    ['2013-07-02', '2013-07-02'],
    ['2024-02-29', '2024-02-29'],
  ])('%s is %s', (text, iso) => expect(parseDay(text, today)).toEqual(day(iso)));

  test.each(['', 'Today', 'tomorrow', '2024-02-30', '2024-13-01', '2024-1-0', '13-01-01', '2024-01-01x', '20240101'])(
    '%j is no day',
    (text) => expect(parseDay(text, today)).toBeNull(),
  );

  test('times beyond the limits are clamped, not rejected', () => {
    const max = Number.MAX_SAFE_INTEGER;
    expect(parseDay('9999-12-31', today)).toEqual({ from: max, to: max });
    expect(parseDay('1000-01-01', today)).toEqual({ from: -max, to: -max });
  });

  test('yesterday ends when today begins, at midnight', () => {
    fc.assert(
      fc.property(dayMicros, (micros) => {
        expect(parseDay('yesterday', micros)?.to).toBe(parseDay('today', micros)?.from);
      }),
    );
  });

  test('every time is in the day that formatDay returns, and in no other', () => {
    fc.assert(
      fc.property(dayMicros, (micros) => {
        const range = parseDay(formatDay(micros), today);
        expect(range).toEqual(parseDay('today', micros));
        expect(range && range.from <= micros && micros < range.to && range.to - range.from === MICROS_PER_DAY).toBe(
          true,
        );
        expect(formatTimestamp(micros)?.startsWith(`${formatDay(micros)} `)).toBe(true);
      }),
    );
  });
});
