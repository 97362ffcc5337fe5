import { describe, expect, test } from 'vitest';
import { commonPart } from './common-part.ts';

describe('the common part', () => {
  test.each([
    ['of one value is the value', [{ a: 1 }], { a: 1 }],
    [
      'has the keys that all have',
      [
        { a: 1, b: 2 },
        { a: 1, c: 2 },
      ],
      { a: 1 },
    ],
    ['reaches into objects', [{ o: { a: 1, b: 2 } }, { o: { a: 1, b: 3 } }], { o: { a: 1 } }],
    [
      'leaves out an object of which nothing is left',
      [
        { a: 1, o: { b: 2 } },
        { a: 1, o: { b: 3 } },
      ],
      { a: 1 },
    ],
    ['takes a list only as a whole', [{ l: [1, 2] }, { l: [1, 2] }], { l: [1, 2] }],
    [
      'leaves out lists that differ',
      [
        { a: 1, l: [1, 2] },
        { a: 1, l: [1, 3] },
      ],
      { a: 1 },
    ],
    ['keeps null', [{ a: null }, { a: null }], { a: null }],
  ])('%s', (_outcome, values, common) => {
    expect(commonPart(values)).toEqual(common);
  });

  test('is undefined when there is none', () => {
    expect(commonPart([{ a: 1 }, { a: 2 }])).toBeUndefined();
    expect(commonPart([{ a: 1 }, [1]])).toBeUndefined();
  });

  test('keeps a key named __proto__', () => {
    const value = JSON.parse('{"__proto__": {"a": 1}}');
    expect(JSON.stringify(commonPart([value, value]))).toBe('{"__proto__":{"a":1}}');
  });
});
