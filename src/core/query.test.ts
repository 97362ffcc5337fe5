import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery, type Query, type QueryKey, type QueryTarget, queryKeys, termTexts, type Value } from './query.ts';
import { addTerm, printTerm, removeTerm } from './query-print.ts';

const printQuery = ({ terms }: Query) => terms.map(printTerm).join(' ');
const literal = (text: string): Value => ({ type: 'literal', text });
const glob = (text: string): Value => ({ type: 'glob', text });
const range = (from: string | null, to: string | null): Value => ({ type: 'range', from, to });
const terms = (text: string, target: QueryTarget = 'jobs') => parseQuery(text, target).query.terms;
const values = (text: string) => terms(text)[0]?.values;

describe('a filter is read as', () => {
  test.each<[string, ReturnType<typeof terms>]>([
    ['', []],
    [' \t\n', []],
    ['slow', [{ key: null, negated: false, values: [literal('slow')] }]],
    ['-slow', [{ key: null, negated: true, values: [literal('slow')] }]],
    ['"read error"', [{ key: null, negated: false, values: [literal('read error')] }]],
    ['-"read error"', [{ key: null, negated: true, values: [literal('read error')] }]],
    ['"suite:rados"', [{ key: null, negated: false, values: [literal('suite:rados')] }]],
    ['suite:rados', [{ key: 'suite', negated: false, values: [literal('rados')] }]],
    ['-suite:rados,rbd', [{ key: 'suite', negated: true, values: [literal('rados'), literal('rbd')] }]],
    [
      's:fail  slow',
      [
        { key: 'status', negated: false, values: [literal('fail')] },
        { key: null, negated: false, values: [literal('slow')] },
      ],
    ],
    ['-', [{ key: null, negated: false, values: [literal('-')] }]],
    [':x', [{ key: null, negated: false, values: [literal(':x')] }]],
    ['none', [{ key: null, negated: false, values: [literal('none')] }]],
    ['osd*', [{ key: null, negated: false, values: [literal('osd*')] }]],
  ])('%j', (text, expected) => {
    expect(parseQuery(text, 'jobs')).toEqual({ query: { terms: expected }, problems: [] });
  });
});

describe('a value is read as', () => {
  test.each<[string, Value[]]>([
    ['a', [literal('a')]],
    ['a,,b,', [literal('a'), literal('b')]],
    ['""', [literal('')]],
    ['"a,b c",d', [literal('a,b c'), literal('d')]],
    ['"a \\"b\\" c"', [literal('a "b" c')]],
    ['"ends with \\\\"', [literal('ends with \\')]],
    ['"none","a*",">1","1..2"', [literal('none'), literal('a*'), literal('>1'), literal('1..2')]],
    ['"a\\\n,b"', [literal('a\n,b')]],
    ['"open to the end', [literal('open to the end')]],
    ['http://a:80/', [literal('http://a:80/')]],
    ['wip-*', [glob('wip-*')]],
    ['>2h', [{ type: 'above', value: '2h' }]],
    ['<100', [{ type: 'below', value: '100' }]],
    ['>', [literal('>')]],
    ['<', [literal('<')]],
    ['1h..2h', [range('1h', '2h')]],
    ['2026-11-20..', [range('2026-11-20', null)]],
    ['..5', [range(null, '5')]],
    ['..', [literal('..')]],
    ['none', [{ type: 'none' }]],
    ['None', [literal('None')]],
  ])('%j', (text, expected) => expect(values(`suite:${text}`)).toEqual(expected));
});

describe('keys', () => {
  const spellings = Object.entries(queryKeys).flatMap(([key, { short }]) => [key, ...short].map((name) => [name, key]));

  test.each(spellings)('%s: means %s, whatever its case', (name, key) => {
    for (const spelling of [name, name?.toUpperCase()]) expect(terms(`${spelling}:x`)[0]?.key).toBe(key);
  });

  test('have valid examples', () => {
    for (const [key, { on, example }] of Object.entries(queryKeys)) {
      for (const target of on) {
        expect(parseQuery(example, target).problems).toEqual([]);
        expect(terms(example, target)[0]?.key).toBe(key);
      }
    }
  });

  test('of jobs are invalid for runs', () => {
    const { query, problems } = parseQuery('kind:timeout suite:fs', 'runs');
    expect(query.terms.map(({ key }) => key)).toEqual(['suite']);
    expect(problems).toMatchObject([{ text: 'kind:timeout', message: '"kind" is not a filter key here' }]);
  });

  test.each([
    ['suit', 'suite'],
    ['suites', 'suite'],
    ['siute', undefined],
    ['brunch', 'branch'],
    ['brannch', 'branch'],
    ['banch', 'branch'],
    ['x', undefined],
    ['bran', 'branch'],
    ['machine_typ', 'machine_type'],
    ['whatever', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('that are unknown are reported: %s, did you mean %s', (name, suggestion) => {
    const { query, problems } = parseQuery(`-${name}:rados s:fail`, 'runs');
    expect(query.terms.map(({ key }) => key)).toEqual(['status']);
    expect(problems.map(({ text }) => text)).toEqual([`-${name}:rados`]);
    expect(problems[0]?.suggestion).toBe(suggestion);
    if (suggestion) expect(problems[0]?.message).toContain(`did you mean ${suggestion}:`);
  });

  test('without a value are reported', () => {
    expect(parseQuery('suite: s:,', 'runs')).toEqual({
      query: { terms: [] },
      problems: [
        { text: 'suite:', message: 'suite: needs a value' },
        { text: 's:,', message: 's: needs a value' },
      ],
    });
  });
});

// Special characters and words, mixed with any text.
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        '\\"',
        ' ',
        '\n',
        '\0',
        ',',
        ':',
        '-',
        '*',
        '..',
        '>',
        '<',
        'none',
        's:',
        'f:',
        'a',
        'É',
      ),
      { maxLength: 40 },
    )
    .map((all) => all.join('')),
);
const target = fc.constantFrom<QueryTarget>('runs', 'jobs');

describe('any text', () => {
  test('is read, and reads the same after printing', () => {
    fc.assert(
      fc.property(hostile, target, (text, on) => {
        const { query } = parseQuery(text, on);
        const printed = printQuery(query);
        expect(parseQuery(printed, on)).toEqual({ query, problems: [] });
        expect(printQuery(parseQuery(printed, on).query)).toBe(printed);
      }),
      { numRuns: 3000 },
    );
  });

  test('is literal when a click adds it', () => {
    const key = fc.constantFrom(...(Object.keys(queryKeys) as QueryKey[]));
    fc.assert(
      fc.property(hostile, key, hostile, (text, key, value) => {
        expect(terms(addTerm(text, key, value)).at(-1)).toEqual({ key, negated: false, values: [literal(value)] });
      }),
      { numRuns: 3000 },
    );
  });

  test('can have its terms removed one by one', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const texts = termTexts(text);
        for (const index of texts.keys()) {
          expect(termTexts(removeTerm(text, index))).toEqual(texts.toSpliced(index, 1));
        }
      }),
    );
  });

  test.each(['"', '\\', '"\\', 'a:"', '- ', ',', 's:a,', '">', '..', '*', 'x:', 'a ', '"a" '])(
    'is read in linear time when it repeats %j',
    (piece) => {
      const before = process.cpuUsage();
      const text = piece.repeat(1_000_000 / piece.length);
      expect(parseQuery(text, 'jobs').query.terms.length).toBeLessThanOrEqual(200);
      expect(termTexts(addTerm(text, 'suite', 'fs')).at(-1)).toBe('suite:fs');
      // In microseconds; it takes about 100 ms. Anything quadratic takes minutes.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    },
  );

  test('is read up to 200 values, and the rest is reported', () => {
    for (const text of ['a '.repeat(300), `s:${'a,'.repeat(300)} b`, `${'s:a,b '.repeat(150)}`]) {
      const { query, problems } = parseQuery(text, 'runs');
      expect(query.terms.flatMap((term) => term.values)).toHaveLength(200);
      expect(problems.map(({ message }) => message)).toEqual(['only the first 200 values are used']);
    }
    expect(parseQuery('a '.repeat(200), 'runs').problems).toEqual([]);
  });
});
