import { expect, test } from 'vitest';
import { wholeMessages } from './postgres-messages.ts';

/** A message of a type with `bytes` bytes after its header. */
function message(kind: string, bytes: number): Buffer {
  const text = Buffer.alloc(5 + bytes, kind);
  text.writeUInt32BE(4 + bytes, 1);
  return text;
}

const messages = [
  message('a', 0),
  message('b', 3),
  message('c', 3000),
  message('d', 0),
  message('e', 70),
  message('f', 1),
];
const stream = Buffer.concat(messages);

test.each([1, 2, 4, 5, 7, 64, 3000, 9000])('messages are passed on whole, from chunks of %i bytes', (size) => {
  const passed: Buffer[] = [];
  const receive = wholeMessages((bytes) => passed.push(bytes));
  for (let at = 0; at < stream.length; at += size) receive(stream.subarray(at, at + size));
  expect(Buffer.concat(passed).equals(stream)).toBe(true);
  const ends = messages.map((_, last) => Buffer.concat(messages.slice(0, last + 1)).length);
  let end = 0;
  for (const { length } of passed) {
    end += length;
    expect(ends).toContain(end);
  }
});

test('a long message is copied once, however many chunks it comes in', () => {
  const long = message('x', 2 << 20);
  const passed: Buffer[] = [];
  const receive = wholeMessages((bytes) => passed.push(bytes));
  for (let at = 0; at < long.length; at += 65_536) receive(long.subarray(at, at + 65_536));
  expect(passed.map(({ length }) => length)).toEqual([long.length]);
  expect(passed[0]?.buffer.byteLength).toBe(long.length);
});
