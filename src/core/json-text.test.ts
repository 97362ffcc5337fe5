import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinObject, maxDepth, type Scan, scanObject, splitObject } from './json-text.ts';

function scan(text: string, mostKeys = Number.POSITIVE_INFINITY): Scan {
  const steps = scanObject(text, mostKeys);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** The result of JSON.parse; undefined if it rejects the text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Checks that a scan accepts the same texts as JSON.parse and finds the same values. */
function expectSame(text: string): void {
  const found = scan(text);
  const value = parse(text);
  if (value === undefined) {
    // JSON.parse accepts no NaN and has no depth limit.
    if (found.problem === null) expect({ text, hasNaN: found.hasNaN }).toEqual({ text, hasNaN: true });
    else if (!/NaN|Infinity/.test(text)) expect({ text, problem: found.problem }).toEqual({ text, problem: 'syntax' });
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    expect({ text, found }).toEqual({ text, found: { problem: 'kind' } });
    return;
  }
  if (found.problem !== null) throw new Error(`${found.problem}: ${text}`);
  expect(found.hasNaN).toBe(false);
  const members = [...found.members].map(([key, raw]) => [key, JSON.parse(raw)]);
  expect(new Map(members as [string, unknown][])).toEqual(new Map(Object.entries(value)));
  for (const raw of found.members.values()) expect(text).toContain(raw);
}

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
/** JSON with spaces wherever they are allowed. */
const spaced = (value: fc.Arbitrary<unknown>) =>
  fc.tuple(value, space).map(([json, filling]) => JSON.stringify(json, null, 1).replaceAll('\n', filling));
const anyJson = fc.jsonValue({ maxDepth: 4 });
const anyObject = fc.dictionary(fc.string({ unit: 'binary' }), anyJson);
/** Tokens of JSON in any order. */
const pieces = fc.array(
  fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '"a"', '"\\', '\\u12', '\\u00e9"', '0', '-', '1', '.', '5', 'e', 'E+'],
    ...['true', 'fals', 'null', 'NaN', '-Infinity', ' ', '\n', '\u00a0', '\u0000', '\u001f"', '\ud800', 'é'],
  ),
  { maxLength: 12 },
);

test('a changed text is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(
      spaced(fc.oneof(anyObject, anyJson)),
      fc.nat(),
      fc.nat(3),
      pieces,
      (text, position, removed, inserted) => {
        const at = position % (text.length + 1);
        expectSame(text);
        expectSame(text.slice(0, at) + inserted.join('') + text.slice(at + removed));
      },
    ),
    { numRuns: 3000 },
  );
});

test('a text of JSON tokens is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      expectSame(parts.join(''));
      expectSame(`{"a":${parts.join('')}}`);
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
    '"\\u12"',
    '"\t"',
    '\ufeff1',
    '[1]//',
    'nul',
  ],
  ...['{}', '[]', ' [ ] ', '{"a":{}}', '[[],[{}]]', '-0', '1E5', '1e-5', '0.5', '"\\"\\\\\\/"', '"\u2028"', '{"":[]}'],
  ...['{} {}', '{}]', '{"a":1}1', '{"a" 1}', '{"a":1 "b":2}', '{"a":-}', '{"a":00}', '{"a":1,"a":2,"\\u0061":3}'],
])('%j is read or rejected as by JSON.parse', (text) => {
  expectSame(text);
  expectSame(`{"a":${text}}`);
  expectSame(` { "a" : ${text} , "b" : [${text}] } `);
});

test('values keep their text, keys are decoded, and the last value of a repeated key is kept', () => {
  const text =
    '{ "10": 1.10, "2": 12345678901234567890, "\\u0061\\n": "\\u00e9 é" , "c":[ 1, {"d" :null} ], "2": -0E+1 }';
  expect([...splitObject(text)]).toEqual([
    ['10', '1.10'],
    ['2', '-0E+1'],
    ['a\n', '"\\u00e9 é"'],
    ['c', '[ 1, {"d" :null} ]'],
  ]);
});

test('split members can be joined again', () => {
  fc.assert(
    fc.property(anyObject, (value) => {
      const text = JSON.stringify(value);
      expect(JSON.parse(joinObject(splitObject(text)))).toEqual(JSON.parse(text));
    }),
  );
});

describe('the NaN and Infinity of Python', () => {
  const members = (text: string) => {
    const found = scan(text);
    if (found.problem !== null) throw new Error(found.problem);
    expect(found.hasNaN).toBe(true);
    return Object.fromEntries(found.members);
  };

  test('become null at any depth, and stay in strings', () => {
    expect(members('{"a":NaN,"b":[-Infinity, {"c": Infinity}, 1],"d":"NaN, -Infinity","NaN":2}')).toEqual({
      a: 'null',
      b: '[null, {"c": null}, 1]',
      d: '"NaN, -Infinity"',
      NaN: '2',
    });
  });

  test('become null in any number', () => {
    const count = 30_000;
    const numbers = Array.from({ length: count }, (_, index) =>
      index % 3 === 0 ? '-Infinity' : index % 3 === 1 ? 'NaN' : String(index),
    );
    const expected = numbers.map((number) => (/^\d/.test(number) ? number : 'null'));
    expect(members(`{"a":[${numbers.join(', ')}],"b":NaN}`)).toEqual({ a: `[${expected.join(', ')}]`, b: 'null' });
  });

  test.each([
    '{"a":NaNa}',
    '{"a":nan}',
    '{"a":Infinit}',
    '{"a":+Infinity}',
    '{"a":-}',
    '{NaN:1}',
    '{"a":N}',
    '{"a":NaN',
  ])('%s is rejected', (text) => {
    expect(scan(text)).toEqual({ problem: 'syntax' });
  });
});

test.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
])('%s that nest too deeply are rejected with the name of their key', (_what, open, close) => {
  const nested = (depth: number) =>
    `{"a":1,"b":${open.repeat(depth)}${close === '}' ? '1' : ''}${close.repeat(depth)}}`;
  expect(scan(nested(maxDepth)).problem).toBe(null);
  expect(scan(nested(maxDepth + 1))).toEqual({ problem: 'depth', key: 'b' });
  // The text after the limit is not read.
  expect(scan(`{"b":${open.repeat(1_000_000)}`)).toEqual({ problem: 'depth', key: 'b' });
});

test('reading stops after the maximum number of keys', () => {
  expect(scan('{"a":1,"b":2,"a":3}', 2)).toMatchObject({ problem: null });
  expect(scan('{"a":1,"b":2,"c":3, what follows is not looked at', 2)).toEqual({
    problem: 'count',
    members: new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  });
  expect([...splitObject('{"a":1,"b":2,"c":3}', 1).keys()]).toEqual(['a']);
});

test('a text that is not an object cannot be split', () => {
  for (const text of ['[]', '1', '{', '']) expect(() => splitObject(text)).toThrow('not the text of a JSON object');
});

test('a long text is read in many steps', () => {
  const text = `{"a":[${'[],'.repeat(1_000_000)}1],"b":2}`;
  const steps = scanObject(text, 10);
  let count = 1;
  for (let step = steps.next(); ; step = steps.next(), count++) {
    if (!step.done) continue;
    expect(step.value).toMatchObject({
      problem: null,
      members: new Map([
        ['a', text.slice(5, -7)],
        ['b', '2'],
      ]),
    });
    break;
  }
  expect(count).toBeGreaterThan(10);
});

describe('reading takes linear time', () => {
  /** The processor time for reading a text, in milliseconds. It does not depend on other programs. */
  const cost = (text: string) => {
    const before = process.cpuUsage().user;
    scan(text);
    return (process.cpuUsage().user - before) / 1000;
  };
  const size = 1_000_000;
  test.each([
    ['a string of escaped quotes that never ends', `{"a":"${'\\"'.repeat(size / 2)}`],
    ['backslashes', `{"a":"${'\\\\'.repeat(size / 2)}"}`],
    ['spaces', `{"a":${' '.repeat(size)}`],
    ['open lists', '['.repeat(size)],
    ['digits', `{"a":${'1'.repeat(size)}`],
    ['keys', `{${Array.from({ length: size / 10 }, (_, index) => `"k${index}":1`).join(',')}`],
    ['one key again and again', `{${'"k":1,'.repeat(size / 6)}`],
    ['words that are none', `{"a":[${'NaN,'.repeat(size / 4)}`],
  ])('of %s', (_what, text) => {
    // A quadratic reader needs minutes for each. The limit is about fifty times the usual time.
    expect(cost(text)).toBeLessThan(2000);
  });
});
