import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differingFacets, differingOf, facetText, parseAllFacets, parseFacets } from './facets.ts';

const shown = (description: string) => parseFacets(description).map(({ key, value }) => `${key}=${value}`);
const texts = (descriptions: string[]) => differingFacets(descriptions).map((facets) => facets.map(facetText));

describe('the facets of a description', () => {
  test.each<[string, string[]]>([
    ['a/b/{c d/{e f}}', ['=a/b', '=c', 'd=e', 'd=f']],
    ['rados/basic/{all}', ['=rados/basic', '=all']],
    [
      'rados/verify/{centos_latest clusters/{fixed-4 openstack} d-thrash/none objectstore/bluestore-comp}',
      [
        '=rados/verify',
        '=centos_latest',
        'clusters=fixed-4',
        'clusters=openstack',
        'd-thrash=none',
        'objectstore=bluestore-comp',
      ],
    ],
    ['fs/{a/{b/{c/{d}}} e}', ['=fs', 'c=d', 'a=b', '=e']],
    [
      'rbd/x/{random$/{ubuntu_22.04.yaml} supported-random-distro$/centos_9.yaml}',
      ['=rbd/x', 'random=ubuntu_22.04', 'supported-random-distro=centos_9'],
    ],
    ['fs/x/{mount/fuse}', ['=fs/x', 'mount=fuse']],
    ['fs/x/{mount/kclient/{base/{v1} y}}', ['=fs/x', 'base=v1', 'mount=kclient', 'kclient=y']],
    ['rados/upgrade/parallel/{0-start}', ['=rados/upgrade', 'upgrade=parallel', '=0-start']],
    ['smoke', ['=smoke']],
    ['', []],
    ['  a/b   c/d ', ['=a/b', 'c=d']],
    ['a/b/{c$ d/e d/e}', ['=a/b', '=c', 'd=e']],
  ])('%s', (description, expected) => expect(shown(description)).toEqual(expected));

  test.each<[string, string[]]>([
    ['a/{b c', ['=a', '=b', '=c']],
    ['a/b} c', ['=a/b}', '=c']],
    ['}{', ['=}']],
    ['{}{}', []],
    ['{a', ['=a']],
    ['a/{b}c', ['=a', '=b', '=c']],
  ])('with unbalanced braces: %s', (description, expected) => {
    expect(shown(description)).toEqual(expected);
  });

  test('are at most 200, of paths of at most 200 characters', () => {
    const many = Array.from({ length: 500 }, (_, n) => `k/${n}`);
    expect(shown(`a/b/{${many.join(' ')}}`)).toHaveLength(200);
    for (const facet of shown(`a/b/{${'x/'.repeat(300)} ${'y'.repeat(300)}}`))
      expect(facet.length).toBeLessThanOrEqual(201);
  });
});

const almost = fc.string({ unit: fc.constantFrom('{', '}', '/', ' ', '$', 'a', 'b', 'rados'), maxLength: 80 });
const description = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), almost);

describe('any text', () => {
  test('has facets without $, and only the sub-suite is a path', () => {
    fc.assert(
      fc.property(description, (text) => {
        const facets = parseFacets(text);
        for (const [at, { key, value }] of facets.entries()) {
          expect(`${key}${value}`).not.toContain('$');
          if (at > 0) expect(`${key}${value}`).not.toContain('/');
        }
        expect(new Set(facets.map(facetText)).size).toBe(facets.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('has few facets, no matter how deeply it nests', () => {
    for (const piece of ['{', 'a/{', '}', '{}', 'a ', 'a/{b ', '$/']) {
      expect(parseFacets(`${piece.repeat(300_000)} x`).length).toBeLessThanOrEqual(25);
    }
  });
});

test.each([
  [{ key: 'objectstore', value: 'bluestore' }, 'objectstore=bluestore'],
  [{ key: '', value: 'smoke' }, 'smoke'],
])('%j is written %s', (facet, text) => expect(facetText(facet)).toBe(text));

describe('the differences of descriptions', () => {
  test('leave out facets that all of them have', () => {
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

  test('are empty for one description and for none', () => {
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
