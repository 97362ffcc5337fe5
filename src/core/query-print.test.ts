import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery, type Query, type QueryKey, queryKeys, type Term, termTexts } from './query.ts';
import {
  addTerm,
  indexOfTerm,
  literalTerm,
  printLiteral,
  printTerm,
  removeTerm,
  toggleTerm,
  withTerm,
} from './query-print.ts';
import type { Value } from './query-value.ts';

const printQuery = ({ terms }: Query) => terms.map(printTerm).join(' ');

const ofJobs = (Object.keys(queryKeys) as QueryKey[]).filter((key) =>
  (queryKeys[key].on as readonly string[]).includes('jobs'),
);
const keysOf = (...kinds: string[]) =>
  fc.constantFrom(...ofJobs.filter((key) => kinds.includes(queryKeys[key].values)));
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('v1..v2', '..', 'none', '>1', '<1', '-x', 'a*', 'a,b', 'a:b', 'a b', '"', '\\', 'é', ''),
);
const someText = anyText.filter((text) => text !== '');
// Patterns are not quoted, so they contain no separators.
const plain = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,5}[a-z0-9]$/).filter((text) => !text.includes('..'));
const bound = fc.nat(1000).map(String);

const range = (from: number, to: number): Value => ({ type: 'range', from: String(from), to: String(to) });
const literal = (text: string): Value => ({ type: 'literal', text });
const none = fc.constant<Value>({ type: 'none' });
const pattern = fc.tuple(plain, plain).map(([a, b]): Value => ({ type: 'glob', text: `${a}*${b}` }));
const span: fc.Arbitrary<Value> = fc.oneof(
  bound.map(literal),
  bound.map((value): Value => ({ type: 'above', value })),
  bound.map((value): Value => ({ type: 'below', value })),
  bound.map((from): Value => ({ type: 'range', from, to: null })),
  fc.tuple(fc.nat(500), fc.nat(500)).map(([from, more]): Value => range(from, from + more)),
  bound.map((to): Value => ({ type: 'range', from: null, to })),
);

const keyed = (key: fc.Arbitrary<QueryKey>, value: fc.Arbitrary<Value>) =>
  fc.record({ key, negated: fc.boolean(), values: fc.array(value, { minLength: 1, maxLength: 3 }) });
const term: fc.Arbitrary<Term> = fc.oneof(
  keyed(keysOf('text'), fc.oneof(anyText.map(literal), pattern, none)),
  keyed(keysOf('part'), fc.oneof(someText.map(literal), pattern, none)),
  keyed(keysOf('digits'), fc.oneof(someText.map(literal), none)),
  keyed(keysOf('number', 'duration'), fc.oneof(span, none)),
  fc
    .tuple(fc.boolean(), fc.oneof(someText.map(literal), pattern))
    .map(([negated, value]): Term => ({ key: null, negated, values: [value] })),
);

test('a printed filter parses to the same filter', () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 4 }), (terms) => {
      expect(parseQuery(printQuery({ terms }), 'jobs')).toEqual({ query: { terms }, problems: [] });
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['v1..v2', '"v1..v2"'],
  ['none', '"none"'],
  ['>1', '">1"'],
  ['-x', '"-x"'],
  ['a*', '"a*"'],
  ['a,b', '"a,b"'],
  ['a:b', '"a:b"'],
  ['say "no"', '"say \\"no\\""'],
  ['wip-a.b/c', 'wip-a.b/c'],
])('the value %s is printed as %s', (text, printed) => {
  expect(printLiteral(text)).toBe(printed);
  expect(literalTerm('branch', text)).toBe(`branch:${printed}`);
});

describe('printed', () => {
  test.each([
    ['M:smithi  -s:fail,dead', 'machine:smithi -status:fail,dead'],
    ['"read error" plain', '"read error" plain'],
    ['suite:"rados"', 'suite:rados'],
    ['dur:>2h,<5m,1h..,none,a*', 'dur:>2h,<5m,1h..,none'],
    ['suite:"none","a\\\\"', 'suite:"none",a\\'],
    ['nokey:x s:fail', 'status:fail'],
  ])('%s is %s', (text, printed) => expect(printQuery(parseQuery(text, 'jobs').query)).toBe(printed));
});

describe('a click on a value', () => {
  test.each([
    ['adds', 's:fail', 'suite', 'rados', 'add', 's:fail suite:rados'],
    ['adds only once', 'suite:rados s:fail', 'suite', 'rados', 'add', 's:fail suite:rados'],
    ['excludes', 's:fail', 'suite', 'rados', 'exclude', 's:fail -suite:rados'],
    ['replaces', 's:fail suite:fs -suite:rbd', 'suite', 'rados', 'only', 's:fail suite:rados'],
    ['replaces every spelling', 'm:mira Machine:vps x', 'machine', 'smithi', 'only', 'x machine:smithi'],
    ['quotes a value that could be read as a pattern', '', 'branch', 'a*b', 'add', 'branch:"a*b"'],
    ['closes an open quote', 'reason:"read err', 'suite', 'fs', 'add', 'reason:"read err" suite:fs'],
    ['keeps unknown terms', 'nokey:x', 'suite', 'fs', 'only', 'nokey:x suite:fs'],
  ] as const)('%s', (_outcome, text, key, value, mode, expected) => {
    expect(addTerm(text, key, value, mode)).toBe(expected);
  });
});

test('terms are listed as they are written', () => {
  expect(termTexts(' s:fail  -"a b" suite:"x y",z ')).toEqual(['s:fail', '-"a b"', 'suite:"x y",z']);
  expect(removeTerm('s:fail -"a b" x', 1)).toBe('s:fail x');
  expect(removeTerm('s:fail', 5)).toBe('s:fail');
});

describe('a toggled term', () => {
  test.each([
    ['on', '', 'status:running', 'status:running'],
    ['on beside other terms', 'suite:fs', 'status:running', 'suite:fs status:running'],
    ['off', 'suite:fs status:running', 'status:running', 'suite:fs'],
    ['off in its short spelling', 's:fail,dead suite:fs', 'status:fail,dead', 'suite:fs'],
    ['on beside another value of its key', 's:fail', 'status:running', 's:fail status:running'],
    ['on after an open quote', 'reason:"read err', 'status:running', 'reason:"read err" status:running'],
  ])('is %s', (_outcome, text, term, expected) => {
    expect(toggleTerm(text, term)).toBe(expected);
    expect(indexOfTerm(expected, term) === -1).toBe(indexOfTerm(text, term) !== -1);
  });
});

test('a term is replaced in its place', () => {
  expect(withTerm('abrnch:x  -brnch:x,"a:b" brnch:y', 1, '-branch:x,"a:b"')).toBe('abrnch:x -branch:x,"a:b" brnch:y');
});
