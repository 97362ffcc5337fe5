import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differingFacets, differingOf, facetText, parseAllFacets, parseFacets } from './facets.ts';

const shown = (description: string) => parseFacets(description).map(({ key, value }) => `${key}=${value}`);
const texts = (descriptions: string[]) => differingFacets(descriptions).map((facets) => facets.map(facetText));

describe('a description is its choices', () => {
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
  ])('also with a brace too many or too few: %s', (description, expected) => {
    expect(shown(description)).toEqual(expected);
  });

  test('to the 19th level; what is deeper stays a text', () => {
    const nested = (depth: number) => `${'a/{'.repeat(depth)}x${'}'.repeat(depth)}`;
    expect(shown(nested(19))).toEqual([`${'a/'.repeat(19).slice(0, -1)}=x`]);
    expect(shown(nested(20)).join('')).toContain('{x');
  });
});

const almost = fc.string({ unit: fc.constantFrom('{', '}', '/', ' ', '$', 'a', 'b', 'rados'), maxLength: 80 });
const description = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), almost);

describe('any text', () => {
  test('has choices, whose values are no paths and whose keys have no mark of chance', () => {
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

  test('has choices, however deep and often it nests', () => {
    // Linear work is half a second; keys that grew with each brace would not fit into memory.
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

describe('where descriptions differ', () => {
  test('what all have is left out', () => {
    expect(texts(['r/{a/1 b/x}', 'r/{a/2 b/x}', 'r/{a/2 b/x c/y}'])).toEqual([['a=1'], ['a=2'], ['a=2', 'c=y']]);
  });

  test('what tells most comes first, whatever the order in the description', () => {
    const descriptions = Array.from({ length: 8 }, (_, n) => `r/{few/${n % 2} many/${n} rare/${n === 0 ? 'x' : 'y'}}`);
    expect(texts(descriptions)[0]).toEqual(['many=0', 'few=0', 'rare=x']);
  });

  test('a folder of many parts tells no more than a choice of one', () => {
    const parts = (n: number) => [0, 1, 2, 3].map((part) => `${n % 2}-${part}`).join(' ');
    const descriptions = Array.from({ length: 4 }, (_, n) => `r/{parts/{${parts(n)}} choice/${n}}`);
    expect(texts(descriptions)[0]?.[0]).toBe('choice=0');
  });

  test('a description that says a thing twice does not stand for two, and says it once', () => {
    expect(texts(['r/{a$/x a/x b/1}', 'r/{b/2}'])).toEqual([['b=1', 'a=x'], ['b=2']]);
  });

  test('one description alone, and none, have no difference', () => {
    expect(texts(['r/{a b}'])).toEqual([[]]);
    expect(texts([])).toEqual([]);
    expect(differingFacets(['', 'a'])).toEqual([[], [{ key: '', value: 'a' }]]);
  });

  test('each list is a part of its description, and together they tell all that is not shared', () => {
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
