import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery, type Query, type QueryKey, type QueryTarget, queryKeys, termTexts } from './query.ts';
import { addTerm, printTerm, removeTerm } from './query-print.ts';
import { readValue, splitValues, type Value } from './query-value.ts';

const printQuery = ({ terms }: Query) => terms.map(printTerm).join(' ');
const literal = (text: string): Value => ({ type: 'literal', text });
const glob = (text: string): Value => ({ type: 'glob', text });
const range = (from: string | null, to: string | null): Value => ({ type: 'range', from, to });
const terms = (text: string, target: QueryTarget = 'jobs') => parseQuery(text, target).query.terms;
const values = (text: string) => splitValues(text).map(readValue);

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
    ['osd*', [{ key: null, negated: false, values: [glob('osd*')] }]],
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
  ])('%j', (text, expected) => expect(values(text)).toEqual(expected));
});

describe('keys', () => {
  const spellings = Object.entries(queryKeys).flatMap(([key, { short, on }]) =>
    [key, ...short].map((name): [string, string, QueryTarget] => [name, key, on[0]!]),
  );

  test.each(spellings)('%s: means %s, in any case', (name, key, target) => {
    for (const spelling of [name, name.toUpperCase()]) expect(terms(`${spelling}:none,fail`, target)[0]?.key).toBe(key);
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
    ['siute', 'suite'],
    ['brunch', 'branch'],
    ['brannch', 'branch'],
    ['banch', 'branch'],
    ['x', undefined],
    ['bran', 'branch'],
    ['machine_typ', 'machine_type'],
    ['whatever', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('that are unknown are reported with a suggestion: %s, %s', (name, suggestion) => {
    const { query, problems } = parseQuery(`-${name}:rados s:fail`, 'runs');
    expect(query.terms.map(({ key }) => key)).toEqual(['status']);
    expect(problems.map(({ text }) => text)).toEqual([`-${name}:rados`]);
    expect(problems[0]?.suggestion).toBe(suggestion && `-${suggestion}:rados`);
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
  test('is parsed, and parses to the same filter after printing', () => {
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
    const texts = (Object.keys(queryKeys) as QueryKey[]).filter((key) => queryKeys[key].values === 'text');
    const short = hostile.filter((text) => splitValues(text).length + termTexts(text).length < 20);
    fc.assert(
      fc.property(short, fc.constantFrom(...texts), hostile, (text, key, value) => {
        const added = terms(addTerm(text, key, value), queryKeys[key].on[0]!);
        expect(added.at(-1)).toEqual({ key, negated: false, values: [literal(value)] });
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
    'is parsed in linear time when it repeats %j',
    (piece) => {
      const before = process.cpuUsage();
      const text = piece.repeat(1_000_000 / piece.length);
      expect(parseQuery(text, 'jobs').query.terms.length).toBeLessThanOrEqual(50);
      expect(termTexts(addTerm(text, 'suite', 'fs')).at(-1)).toBe('suite:fs');
      // In microseconds; it takes about 100 ms. Anything quadratic takes minutes.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    },
  );

  test('is used up to 50 values and 4,000 characters, and the rest is reported', () => {
    for (const text of [
      'a '.repeat(60),
      `s:${'pass,'.repeat(60)} b`,
      `${'s:fail,dead '.repeat(30)}`,
      `${'x:1 '.repeat(60)}`,
    ]) {
      const { query, problems } = parseQuery(text, 'runs');
      expect(query.terms.flatMap((term) => term.values).length % 50).toBe(0);
      expect(problems.at(-1)?.message).toBe('only the first 50 values are used');
    }
    expect(parseQuery('a '.repeat(50), 'runs').problems).toEqual([]);
    expect(parseQuery('a'.repeat(4000), 'runs').problems).toEqual([]);
    expect(parseQuery('a'.repeat(4001), 'runs').problems).toMatchObject([
      { message: 'only the first 4000 characters are used' },
    ]);
  });
});

describe('an invalid value is reported with a suggestion:', () => {
  test.each<[string, QueryTarget, string | undefined]>([
    ['scheduled:foo', 'runs', undefined],
    ['-scheduled:foo', 'jobs', undefined],
    ['scheduled:toady', 'runs', 'scheduled:today'],
    ['started:Yesterday', 'runs', 'started:yesterday'],
    ['updated:>2days', 'jobs', 'updated:>2d'],
    ['scheduled:2026/11/20..today', 'runs', 'scheduled:2026-11-20..today'],
    ['scheduled:2026-02-30', 'runs', undefined],
    ['scheduled:2026-11*', 'runs', undefined],
    ['scheduled:1', 'runs', undefined],
    ['scheduled:>99999999d', 'runs', undefined],
    ['scheduled:2026-11-25..2026-11-20', 'runs', 'scheduled:2026-11-20..2026-11-25'],
    ['-started:2d..7d', 'jobs', '-started:7d..2d'],
    ['prio:9..-1', 'runs', 'prio:-1..9'],
    ['dur:>2hours', 'jobs', 'dur:>2h'],
    ['dur:2H', 'jobs', 'dur:2h'],
    ['dur:1h..x', 'jobs', undefined],
    ['dur:-1', 'jobs', undefined],
    ['prio:2h', 'runs', undefined],
    ['prio:<1.5', 'jobs', undefined],
    ['is:nwe', 'jobs', 'is:new'],
    ['-is:x', 'jobs', undefined],
    ['is:x*', 'jobs', undefined],
    ['is:constructor', 'jobs', undefined],
    ['status:failed', 'jobs', 'status:fail'],
    ['s:passed', 'runs', 's:pass'],
    ['kind:timeouts', 'jobs', 'kind:timeout'],
    ['kind:x*', 'jobs', undefined],
    ['sha1:main', 'runs', undefined],
    ['sha1:g*', 'jobs', undefined],
    ['sha1:ab..cd', 'runs', undefined],
    ['-sig:timeout', 'jobs', undefined],
    ['cause:""', 'runs', undefined],
    ['s:"finished pass"', 'jobs', undefined],
    ['s:none', 'runs', undefined],
    ['suite:>a', 'runs', 'suite:">a"'],
    ['-f:a..b', 'jobs', '-f:"a..b"'],
    ['reason:""', 'jobs', undefined],
    ['*', 'runs', undefined],
    ['-**', 'jobs', undefined],
    ['""', 'runs', undefined],
  ])('%s on %s', (text, target, suggestion) => {
    const { query, problems } = parseQuery(`${text} node:x,y`, target);
    expect(query.terms.filter(({ key }) => key !== 'node')).toEqual([]);
    expect(problems[0]?.text).toBe(text);
    expect(problems[0]?.suggestion).toBe(suggestion);
    if (suggestion !== undefined) expect(parseQuery(suggestion, target).problems).toEqual([]);
  });

  test('the other values of its term apply', () => {
    const { query, problems } = parseQuery('-s:fail,failed,dead', 'runs');
    expect(query.terms).toEqual([{ key: 'status', negated: true, values: [literal('fail'), literal('dead')] }]);
    expect(problems).toMatchObject([{ suggestion: '-s:fail,fail,dead', message: expect.stringContaining('"failed"') }]);
  });

  test.each<[string, QueryTarget, Value]>([
    ['scheduled:today', 'runs', literal('today')],
    ['scheduled:2026-1-2', 'runs', literal('2026-1-2')],
    ['scheduled:2d', 'jobs', range('2d', null)],
    ['started:-1h30m', 'runs', range('-1h30m', null)],
    ['scheduled:2026-11-20..2d', 'runs', range('2026-11-20', '2d')],
    ['scheduled:today..2026-11-20', 'runs', range('today', '2026-11-20')],
    ['scheduled:2026-11-20..2026-11-20', 'runs', range('2026-11-20', '2026-11-20')],
    ['started:>2d', 'runs', { type: 'above', value: '2d' }],
    ['started:"2026-11-20 09:30"', 'runs', literal('2026-11-20 09:30')],
    ['s:FAIL', 'jobs', literal('fail')],
    ['s:"Finished Pass"', 'runs', literal('finished pass')],
    ['s:finished*', 'runs', glob('finished*')],
    ['is:None', 'jobs', { type: 'none' }],
    ['prio:-5..5', 'runs', range('-5', '5')],
    ['reason:>5', 'jobs', literal('>5')],
  ])('%s on %s is read', (text, target, value) => {
    expect(parseQuery(text, target)).toMatchObject({ query: { terms: [{ values: [value] }] }, problems: [] });
  });
});
