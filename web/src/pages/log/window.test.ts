import { expect, test } from 'vitest';
import type { LogSlice } from '../../../../src/http/api/job-log.ts';
import { mostRows, rowAt, unnumbered, windowOf, withEarlier, withFold, withLater, withNumbers } from './window.ts';

/** Lines of ten bytes, with or without numbers. */
const slice = (from: number, count: number, isNumbered = true): LogSlice => ({
  file: 'teuthology.log',
  cut: false,
  size: 1_000_000,
  from,
  to: from + 10 * count,
  counting: !isNumbered,
  lines: Array.from({ length: count }, (_, index) => {
    const at = from + 10 * index;
    return { at, line: isNumbered ? at / 10 + 1 : null, text: `${at}` };
  }),
});

test('lines are added at both ends, and distant lines are dropped', () => {
  const window = withEarlier(withLater(windowOf(slice(1000, 10)), slice(1100, 10)), slice(900, 10));
  expect(window).toMatchObject({ from: 900, to: 1200 });
  expect(window.rows.map(({ at }) => at)).toEqual(Array.from({ length: 30 }, (_, index) => 900 + 10 * index));
  const later = withLater(windowOf(slice(0, mostRows)), slice(10 * mostRows, 5));
  expect(later).toMatchObject({ from: 50, to: 10 * mostRows + 50 });
  expect(later.rows).toHaveLength(mostRows);
  const earlier = withEarlier(windowOf(slice(100, mostRows)), slice(50, 5));
  expect(earlier).toMatchObject({ from: 50, to: 50 + 10 * mostRows });
});

test('a byte is found in its row, and nowhere else', () => {
  const window = windowOf(slice(1000, 3));
  expect([999, 1000, 1009, 1010, 1029, 1030].map((byte) => rowAt(window, byte))).toEqual([-1, 0, 0, 1, 2, -1]);
});

test('missing line numbers are filled in when they become known', () => {
  const window = withLater(windowOf(slice(0, 3, false)), slice(30, 2));
  expect(unnumbered(window)).toMatchObject({ at: 0 });
  const numbered = withNumbers(window, slice(0, 3));
  expect(numbered.rows.map((row) => row.kind === 'line' && row.line)).toEqual([1, 2, 3, 4, 5]);
  expect(unnumbered(numbered)).toBe(null);
  expect(withNumbers(numbered, slice(0, 3))).toBe(numbered);
});

test('a fold replaces the folded lines, even if they are not loaded', () => {
  const window = withFold(windowOf(slice(0, 10)), 30, 60);
  expect(window.rows.map(({ kind, at }) => `${kind} ${at}`)).toEqual([
    'line 0',
    'line 10',
    'line 20',
    'fold 30',
    'line 60',
    'line 70',
    'line 80',
    'line 90',
  ]);
  expect(withFold(windowOf(slice(0, 10)), 30, 5000)).toMatchObject({ from: 0, to: 5000 });
});
