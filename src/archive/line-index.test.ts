import { expect, test } from 'vitest';
import { byteOfLine, numbered } from './line-index.ts';
import { sliceOf } from './slices.ts';

let files = 0;

/** An open log in memory. Logs with the same `id` are versions of the same file. */
function logOf(bytes: Buffer, { isNear = true, id = `${++files}` } = {}) {
  const source = {
    size: bytes.length,
    read: async (at: number, length: number) => bytes.subarray(at, at + length),
    close: () => {},
  };
  return { id, key: `${id} ${bytes.length} ${bytes[0]}`, source, isNear };
}

const linesFrom = (first: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, at) => `this is line ${first + at}\n`).join(''));

type OpenedLog = ReturnType<typeof logOf>;
/** Reads a slice repeatedly until its lines are counted. */
async function at(log: OpenedLog, byte: number) {
  for (;;) {
    const slice = await numbered(log, await sliceOf(log.source, { around: byte }, 20));
    if (!slice.counting) return slice;
  }
}
/** The text of the line with a number. */
const called = async (log: OpenedLog, line: number) =>
  (await sliceOf(log.source, { from: await byteOfLine(log, line) }, 1)).lines[0]?.text;

test('numbers lines like an editor, wherever a slice begins', async () => {
  const log = logOf(linesFrom(1, 200_000));
  for (const share of [1, 0, 0.5, 0.999, 0.1]) {
    const { lines } = await at(log, Math.floor(log.source.size * share));
    expect(lines.length).toBeGreaterThan(5);
    for (const { line, text } of lines) expect(text).toBe(`this is line ${line}`);
  }
  for (const line of [1, 2, 3500, 65_536, 200_000]) expect(await called(log, line)).toBe(`this is line ${line}`);
  expect(await byteOfLine(log, 200_001)).toBe(log.source.size);
  expect(await byteOfLine(log, 9e15)).toBe(log.source.size);
});

test('pieces of a line have its number, and a log that has grown or was replaced is counted again', async () => {
  const long = Buffer.concat([Buffer.alloc(100_000, 'x'), Buffer.from('\nsecond\n')]);
  const log = logOf(long);
  const { lines } = await at(log, 99_000);
  expect(new Set(lines.map(({ line, text }) => `${line} ${text[0]}`))).toEqual(new Set(['1 x', '2 s']));
  const more = Buffer.concat([long, linesFrom(3, 10_000)]);
  const grown = logOf(more, { id: log.id });
  expect(await called(grown, 9000)).toBe('this is line 9000');
  const other = logOf(linesFrom(1, 50_000), { id: log.id });
  expect(await called(other, 9000)).toBe('this is line 9000');
  const shorter = logOf(linesFrom(1, 10), { id: log.id });
  expect(await called(shorter, 9)).toBe('this is line 9');
});

test('counts the lines in the first 64 MB of a log behind HTTP', async () => {
  const log = logOf(Buffer.concat([Buffer.alloc(70 << 20, 'x'), Buffer.from('\nlast\n')]), { isNear: false });
  const { counting, lines } = await at(log, log.source.size);
  expect({ counting, last: lines.at(-1) }).toMatchObject({ counting: false, last: { line: null, text: 'last' } });
  await expect(byteOfLine(log, 2)).rejects.toMatchObject({ kind: 'refused' });
});

test('a slice stays below 256 KB of JSON, whatever its bytes', async () => {
  const kinds = ['\x1b', '\x1b[', '\x1b[m', '"', '\\', '\t', '\0', `${'\x1b[m'.repeat(21)}\n`, '\x80'];
  for (const kind of kinds) {
    const log = logOf(Buffer.from(kind.repeat(200_000), 'latin1'));
    const slice = await numbered(log, await sliceOf(log.source, { from: 0 }, 1000));
    expect(JSON.stringify(slice).length, JSON.stringify(kind.slice(0, 5))).toBeLessThan(256 << 10);
  }
});
