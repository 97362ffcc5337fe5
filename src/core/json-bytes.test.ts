import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainJson } from './json-bytes.ts';
import { maxDepth, readValue } from './json-text.ts';

const isPlain = (text: string) => isPlainJson(new TextEncoder().encode(text));

/** What has to be changed, or is no list or object, must not be called plain. */
function expectAgreement(text: string): void {
  if (!isPlain(text)) return;
  expect({ text, read: readValue(text) }).toEqual({ text, read: { text, hasNaN: false } });
  expect(text).toMatch(/^[[{]/);
}

const anyList = fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1 });

test('lists and objects are plain as JavaScript and Python print them', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const text = JSON.stringify(list);
      expect(isPlain(text)).toBe(true);
      expect(isPlain(`{"key": ${text.replaceAll('":', '": ')}, "other": [{}, [], -0.5e+7, true, false, null]}`)).toBe(
        true,
      );
    }),
  );
});

test('what is plain is what a reader of texts returns unchanged', () => {
  const piece = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"a":',
      '"\\',
      '\\u12',
      '\\u00e9"',
      '0',
      '-',
      '1',
      '.',
      '5',
      'e',
      'E+',
    ],
    ...['true', 'fals', 'null', 'NaN', '-Infinity', ' ', '\n', '\u00a0', '\u0000', '\u001f"', 'é'],
  );
  fc.assert(
    fc.property(anyList, fc.nat(), fc.nat(3), fc.array(piece, { maxLength: 3 }), (list, at, removed, added) => {
      const text = JSON.stringify(list);
      const from = at % (text.length + 1);
      expectAgreement((text.slice(0, from) + added.join('') + text.slice(from + removed)).toWellFormed());
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => expectAgreement(`[${pieces.join('')}]`)),
    { numRuns: 3000 },
  );
});

test('nothing deeper than the limit is plain', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect([isPlain(nested(maxDepth)), isPlain(nested(maxDepth + 1))]).toEqual([true, false]);
});

test.each([
  '',
  ' ',
  '1',
  '"a"',
  'null',
  ' []',
  '[] ',
  '[}',
  '{"a"}',
  '{"a":}',
  '{a:1}',
  '[1,]',
  '[,1]',
  '[01]',
  '[1.]',
  '[NaN]',
  '[tru',
  '["',
  '["\\',
])('%j is not plain', (text) => expect(isPlain(text)).toBe(false));
