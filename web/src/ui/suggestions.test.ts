import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../src/core/query.ts';
import { filterAction, keySuggestions, nextPlace, partAt, valueSuggestion, withSuggestion } from './suggestions.ts';

/** A text in which the bar marks the caret. */
function typed(text: string) {
  const caret = text.indexOf('|');
  return { text: text.replace('|', ''), caret };
}

describe('the part at the caret', () => {
  test.each([
    ['|', null, '', ''],
    ['su|', null, 'su', ''],
    ['s:fail su|', null, 'su', ''],
    ['-su|', null, 'su', '-'],
    ['suite:|', 'suite', '', ''],
    ['suite:ra| x', 'suite', 'ra', ''],
    ['-suite:ra|', 'suite', 'ra', '-'],
    ['s:fail,de|', 's', 'de', ''],
    ['reason:"read err|', 'reason', 'read err', ''],
    ['x reason:"read err| y', 'reason', 'read err', ''],
    ['"a b" os:ro|', 'os', 'ro', ''],
  ])('in %s is the key %s and the beginning "%s"', (given, key, prefix, sign) => {
    const { text, caret } = typed(given);
    expect(partAt(text, caret)).toMatchObject({ key, prefix, sign });
  });
});

describe('a suggestion', () => {
  test.each([
    ['su|', 'suite:', 'suite:|'],
    ['-su| x', 'suite:', '-suite:|x'],
    ['suite:ra|', 'rados', 'suite:rados |'],
    ['suite:ra| s:fail', 'rados', 'suite:rados |s:fail'],
    ['s:fail,de|', 'dead', 's:fail,dead |'],
    ['x suite:ra|dos y', 'rbd', 'x suite:rbd |y'],
  ])('in %s replaces the part at the caret', (given, suggestion, expected) => {
    const { text, caret } = typed(given);
    const done = withSuggestion(text, partAt(text, caret), { text: suggestion, label: '', detail: '' });
    expect(done).toEqual(typed(expected));
  });

  test.each(['wip-a', 'v1..v2', 'none', '>1', '-x', 'a*', 'a,b', 'a b', 'say "x"'])(
    'of the value %s matches exactly this value',
    (value) => {
      const { text, label, detail } = valueSuggestion({ value, count: 3 });
      expect([label, detail]).toEqual([value, '3']);
      const [term] = parseQuery(`branch:${text}`, 'runs').query.terms;
      expect(term?.values).toEqual([{ type: 'literal', text: value }]);
    },
  );

  test('of a key is offered where the key can be used, for any of its spellings', () => {
    expect(keySuggestions('ma', 'runs').map(({ text }) => text)).toEqual(['machine:']);
    expect(keySuggestions('Facet', 'jobs').map(({ text }) => text)).toEqual(['f:']);
    expect(keySuggestions('node', 'runs')).toEqual([]);
    expect(keySuggestions('', 'jobs').length).toBeGreaterThan(keySuggestions('', 'runs').length);
  });
});

describe('a key press', () => {
  const open = { items: [1, 2], active: -1 };
  const chosen = { items: [1, 2], active: 1 };
  const closed = { items: [], active: -1 };
  test.each([
    ['ArrowDown', open, 'move'],
    ['ArrowUp', closed, null],
    ['Tab', open, null],
    ['Tab', chosen, 'pick'],
    ['Enter', chosen, 'pick'],
    ['Enter', open, 'finish'],
    ['Enter', closed, 'finish'],
    ['Escape', open, 'close'],
    ['Escape', closed, 'leave'],
    ['a', open, null],
  ] as const)('on %s with the list %j does %s', (key, list, expected) => {
    expect(filterAction(key, list)).toBe(expected);
  });

  test('wraps around at the ends of the list', () => {
    expect([nextPlace(-1, 1, 3), nextPlace(2, 1, 3), nextPlace(-1, -1, 3), nextPlace(0, -1, 3)]).toEqual([0, 0, 2, 2]);
  });
});
