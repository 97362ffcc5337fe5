import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWordSearch } from './evidence.ts';

test('finds the first word within the bytes, with any bytes around it', () => {
  const words = ['abcab', 'bcabca', 'ccccc', 'aabbcc'];
  const search = createWordSearch(words);
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ...words), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.nat({ max: 20 }), (text, from) => {
      const found = words.map((word) => text.indexOf(word, from)).filter((at) => at >= 0);
      const bytes = new TextEncoder().encode(text);
      expect(search(bytes, from, bytes.length)).toBe(found.length === 0 ? -1 : Math.min(...found));
    }),
  );
});
