/** Files that change while they are read, excerpts of hostile files, and files that cannot be read at the moment. */
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test, vi } from 'vitest';
import { firstErrorOf, nextError } from './first-error.ts';
import { openFile } from './folder.ts';
import { byteOfLine, numbered } from './line-index.ts';
import { findText, sliceOf } from './slices.ts';
import { ArchiveProblem, type Source } from './source.ts';
import { chunksOf, unpack } from './unpack.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
const path = join(folder, 'log');
const error = 'src/osd/Lamp.cc: 12: FAILED ceph_assert(lit)';
const ordinary = 'INFO:x:nothing to see here\n'.repeat(20_000);
const job = { ignorelist: [], failure_reason: null, isNear: true };

afterAll(() => rmSync(folder, { recursive: true }));

/** Sends all kinds of questions about a log. */
async function askAll(source: Source & { id: string; key: string }) {
  const log = { ...source, source, isNear: true };
  const slice = await numbered(log, await sliceOf(source, { around: source.size - 100 }, 50));
  const line = await byteOfLine(log, 10_000).catch((problem) => problem);
  const found = [await findText(source, 'FAILED', 0), await nextError(source, 0)];
  return { slice, line, found, first: await firstErrorOf(source, job) };
}

test.each<[string, () => void, boolean]>([
  ['was deleted', () => rmSync(path), true],
  ['was replaced', () => writeFileSync(`${path}.new`, 'another') ?? renameSync(`${path}.new`, path), true],
  ['lost its end', () => truncateSync(path, 100), false],
  ['was emptied', () => truncateSync(path, 0), false],
])('as much as possible is read of a file that %s while it is read', async (_, change, isWhole) => {
  writeFileSync(path, `${ordinary}${error}\n`);
  const source = openFile(folder, ['log']);
  try {
    change();
    const { slice, line, found, first } = await askAll(source);
    expect(found.map(({ at }) => at)).toEqual(isWhole ? [ordinary.length, ordinary.length] : [null, null]);
    expect(first).toMatchObject(isWhole ? { kind: 'crash', error, sure: true } : { kind: 'none', at: null });
    expect(slice.lines.at(-1)?.text).toBe(isWhole ? error : undefined);
    if (isWhole) expect(line).toBe(9999 * 27);
    else expect(line).toEqual(expect.objectContaining({ name: 'ArchiveProblem', kind: 'away' }));
  } finally {
    source.close();
  }
});

test('reports a file system that fails in the middle of a file', async () => {
  const read = async (at: number, length: number) => {
    if (at > 500_000) throw new ArchiveProblem('away', 'the archive cannot be read (ESTALE)');
    return Buffer.from('INFO:x:fine \n'.repeat(Math.ceil(length / 13))).subarray(0, length);
  };
  const source = { size: 1 << 30, read, close: () => {}, id: 'stale', key: 'stale' };
  await expect(askAll(source)).rejects.toMatchObject({ kind: 'away' });
  await expect(firstErrorOf(source, job)).rejects.toMatchObject({ kind: 'away' });
});

test('an excerpt has at most 8 KB, whatever bytes the file contains', async () => {
  for (const letter of ['\x80', '\xe2\x82\xac', '"', 'x']) {
    const line = (kind: string) => `INFO:x:${kind} ${letter.repeat(700)}\n`;
    const kinds = ['FAILED ceph_assert(', 'FAIL: test_a (t.A)', 'Error EINVAL:'].map(line);
    writeFileSync(path, Buffer.from(line('before').repeat(30) + kinds.join('') + line('after').repeat(30), 'latin1'));
    const source = openFile(folder, ['log']);
    const found = await firstErrorOf(source, job);
    source.close();
    expect(found.others).toHaveLength(2);
    const { context, error, others } = found;
    expect(Buffer.byteLength([context, error, JSON.stringify(others)].join('')), letter).toBeLessThan(7900);
  }
});

test('a packed file cannot be read while there is no temporary folder', async () => {
  writeFileSync(path, gzipSync(ordinary));
  const source = openFile(folder, ['log']);
  vi.stubEnv('TMPDIR', join(folder, 'nowhere'));
  try {
    const problem = { kind: 'away', message: 'the server has no room to unpack files (ENOENT)' };
    await expect(unpack(chunksOf(source), 'gz')).rejects.toEqual(expect.objectContaining(problem));
  } finally {
    vi.unstubAllEnvs();
    source.close();
  }
});
