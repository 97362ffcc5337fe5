import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJson } from './json-check.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
/** JSON as it can be written, with spaces between everything. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), space)
  .map(([value, filling]) => JSON.stringify(value, null, 1).replaceAll('\n', filling));
/** What JSON is made of, in any order. */
const pieces = fc.array(
  fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '"a"', '"\\', '\\u12', '\\u00e9"', '0', '-', '1', '.', '5', 'e', 'E+'],
    ...['true', 'fals', 'null', 'NaN', ' ', '\n', '\u00a0', '\u0000', '\u001f"', '\ud800', 'é'],
  ),
  { maxLength: 12 },
);

test('a text is JSON when JSON.parse takes it, whatever is changed in it', () => {
  fc.assert(
    fc.property(spaced, fc.nat(), fc.nat(3), pieces, (text, position, removed, inserted) => {
      const at = position % (text.length + 1);
      for (const each of [text, text.slice(0, at) + inserted.join('') + text.slice(at + removed)]) {
        expect({ each, json: isJson(each, 100) }).toEqual({ each, json: parses(each) });
      }
    }),
    { numRuns: 3000 },
  );
});

test('what looks like JSON is taken as JSON.parse takes it', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      expect({ text, json: isJson(text, 100) }).toEqual({ text, json: parses(text) });
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ...[
    '',
    ' ',
    '{',
    '[',
    '"',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{,}',
    '[1}',
    '{"a":1]',
    '[[]',
    '[]]',
    '1 1',
  ],
  ...[
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    '0x1',
    "'a'",
    '{a:1}',
    '"\\x"',
    '"\\u00g0"',
    '"\t"',
    '\ufeff1',
    '[1]//',
    'nul',
  ],
  ...['{}', '[]', ' [ ] ', '{"a":{}}', '[[],[{}]]', '-0', '1E5', '1e-5', '0.5', '"\\"\\\\\\/"', '"\u2028"', '{"":[]}'],
])('%j is taken or refused as JSON.parse does', (text) => {
  expect(isJson(text, 100)).toBe(parses(text));
});

test('a text that nests deeper than it may is refused', () => {
  const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
  expect(isJson(nested(100), 100)).toBe(true);
  expect(isJson(nested(102), 100)).toBe(false);
});
