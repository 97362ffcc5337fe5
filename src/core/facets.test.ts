import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differingFacets, differingOf, facetText, parseAllFacets, parseFacets } from './facets.ts';

const shown = (description: string) => parseFacets(description).map(({ key, value }) => `${key}=${value}`);
const texts = (descriptions: string[]) => differingFacets(descriptions).map((facets) => facets.map(facetText));

describe('the facets of a description', () => {
  test.each<[string, string[]]>([
    ['a/{b c/{d e}}', ['a=b', 'a/c=d', 'a/c=e']],
    ['rados/basic/{all}', ['rados/basic=all']],
    [
      'rados/verify/{centos_latest clusters/{fixed-4 openstack} d-thrash/none objectstore/bluestore-comp}',
      [
        'rados/verify=centos_latest',
        'rados/verify/clusters=fixed-4',
        'rados/verify/clusters=openstack',
        'rados/verify/d-thrash=none',
        'rados/verify/objectstore=bluestore-comp',
      ],
    ],
    ['fs/{a/{b/{c/{d}}} e}', ['fs/a/b/c=d', 'fs=e']],
    [
      'rbd/{random$/{ubuntu_22.04} supported-random-distro$/centos_9}',
      ['rbd/random=ubuntu_22.04', 'rbd/supported-random-distro=centos_9'],
    ],
    ['multi/{tasks/0-install tasks/1-fs/{x}}', ['multi/tasks=0-install', 'multi/tasks/1-fs=x']],
    ['smoke', ['=smoke']],
    ['', []],
    ['  a/b   c/d ', ['a=b', 'c=d']],
    ['a/{b$}', ['a=b$']],
  ])('%s', (description, expected) => expect(shown(description)).toEqual(expected));

  test.each<[string, string[]]>([
    ['a/{b c', ['a=b', 'a=c']],
    ['a/b} c', ['a=b}', '=c']],
    ['}{', []],
    ['a}{b', ['=a}b']],
    ['{}{}', []],
    ['{a', ['=a']],
    ['a/{b}c', ['a=b', '=c']],
  ])('with unbalanced braces: %s', (description, expected) => {
    expect(shown(description)).toEqual(expected);
  });

  test('end at the 19th level; deeper text is a value', () => {
    const nested = (depth: number) => `${'a/{'.repeat(depth)}x${'}'.repeat(depth)}`;
    expect(shown(nested(19))).toEqual([`${'a/'.repeat(19).slice(0, -1)}=x`]);
    expect(shown(nested(20)).join('')).toContain('{x');
  });
});

const almost = fc.string({ unit: fc.constantFrom('{', '}', '/', ' ', '$', 'a', 'b', 'rados'), maxLength: 80 });
const description = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), almost);

describe('any text', () => {
  test('has facets whose values are no paths and whose keys have no $', () => {
    fc.assert(
      fc.property(description, (text) => {
        for (const { key, value } of parseFacets(text)) {
          expect(value).not.toMatch(/[/ ]/);
          expect(key).not.toContain('$');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('has facets, however deeply it nests', () => {
    // This takes half a second. Keys that grew with each brace would not fit into memory.
    for (const piece of ['{', 'a/{', '}', '{}', 'a ', 'a/{b ', '$/']) {
      expect(parseFacets(`${piece.repeat(300_000)} x`).at(-1)?.value).toContain('x');
    }
  });
});

test.each([
  [{ key: 'rados/verify/objectstore', value: 'bluestore' }, 'objectstore=bluestore'],
  [{ key: 'rados', value: 'all' }, 'rados=all'],
  [{ key: '', value: 'smoke' }, 'smoke'],
])('%j is written %s', (facet, text) => expect(facetText(facet)).toBe(text));

describe('the differences of descriptions', () => {
  test('leave out what all have', () => {
    expect(texts(['r/{a/1 b/x}', 'r/{a/2 b/x}', 'r/{a/2 b/x c/y}'])).toEqual([['a=1'], ['a=2'], ['a=2', 'c=y']]);
  });

  test('begin with the most distinctive facet', () => {
    const descriptions = Array.from({ length: 8 }, (_, n) => `r/{few/${n % 2} many/${n} rare/${n === 0 ? 'x' : 'y'}}`);
    expect(texts(descriptions)[0]).toEqual(['many=0', 'few=0', 'rare=x']);
  });

  test('count a folder with many values like one with a single value', () => {
    const parts = (n: number) => [0, 1, 2, 3].map((part) => `${n % 2}-${part}`).join(' ');
    const descriptions = Array.from({ length: 4 }, (_, n) => `r/{parts/{${parts(n)}} choice/${n}}`);
    expect(texts(descriptions)[0]?.[0]).toBe('choice=0');
  });

  test('count and show a repeated facet of a description once', () => {
    expect(texts(['r/{a$/x a/x b/1}', 'r/{b/2}'])).toEqual([['b=1', 'a=x'], ['b=2']]);
  });

  test('are empty for a single description and for none', () => {
    expect(texts(['r/{a b}'])).toEqual([[]]);
    expect(texts([])).toEqual([]);
    expect(differingFacets(['', 'a'])).toEqual([[], [{ key: '', value: 'a' }]]);
  });

  test('are parts of the descriptions, and complete', () => {
    fc.assert(
      fc.property(fc.array(almost, { maxLength: 6 }), (descriptions) => {
        const lists = parseAllFacets(descriptions);
        expect(lists).toEqual(descriptions.map(parseFacets));
        const name = ({ key, value }: { key: string; value: string }) => JSON.stringify([key, value]);
        const all = lists.map((list) => new Set(list.map(name)));
        for (const [index, list] of differingOf(lists).entries()) {
          const rest = [...(all[index] ?? [])].filter((facet) => !all.every((set) => set.has(facet)));
          expect(list.map(name).sort()).toEqual(rest.sort());
        }
      }),
    );
  });
});
