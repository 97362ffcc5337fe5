import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archivesIn } from '../core/logs/places.ts';
import { type Archive, createArchive } from './archive.ts';

const run = 'somebody-2026-11-20_01:02:03-rados-main-distro-default-smithi';
const folder = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
const outside = mkdtempSync(join(tmpdir(), 'paddles-outside-'));
const text = Array.from({ length: 500 }, (_, at) => `line ${at} of the log\n`).join('');
const job = (job_id: string, archive_path: string | null = null) => ({ run, job_id, archive_path });

function put(job_id: string, name: string, bytes: string | Uint8Array): string {
  mkdirSync(join(folder, run, job_id), { recursive: true });
  const path = join(folder, run, job_id, name);
  writeFileSync(path, bytes);
  return path;
}

function sliceOf(archive: Archive, job_id: string, at: Parameters<Archive['ask']>[2] = {}) {
  return archive.ask('slice', job(job_id), { file: null, at: { from: 0 }, count: 200, ...at });
}

/** Counts the unpacked files that this process has open. */
function openUnpacked(): number {
  return readdirSync('/proc/self/fd').filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`).includes('/paddles-log-');
    } catch {
      // The descriptor has been closed since the folder was read.
      return false;
    }
  }).length;
}

const problem = (kind: string) => expect.objectContaining({ name: 'ArchiveProblem', kind });

afterAll(() => {
  for (const path of [folder, outside]) rmSync(path, { recursive: true, force: true });
});

describe('an archive in a folder', () => {
  const archive = createArchive({ bases: archivesIn(`${folder}/nothing, ${folder}`), mostUnpacked: 1 << 26 });
  beforeAll(() => put('1', 'teuthology.log', text));
  afterAll(() => archive.close());

  test('is read from the beginning, from the end, around a byte and backwards, without losing or repeating lines', async () => {
    const first = await sliceOf(archive, '1');
    expect(first).toMatchObject({ name: 'teuthology.log', size: text.length, from: 0, cut: false });
    expect(first.lines).toHaveLength(200);
    const second = await sliceOf(archive, '1', { at: { from: first.to } });
    expect(second.lines[0]).toEqual({ at: first.to, line: 201, text: 'line 200 of the log' });
    expect((await sliceOf(archive, '1', { at: { before: second.from } })).lines).toEqual(first.lines);
    const end = await sliceOf(archive, '1', { at: { from: 'end' }, count: 2 });
    expect(end.lines.map((line) => line.text)).toEqual(['line 498 of the log', 'line 499 of the log']);
    const around = await sliceOf(archive, '1', { at: { around: first.to + 3 }, count: 5 });
    expect(around.lines.map((line) => line.text)).toEqual(
      [198, 199, 200, 201, 202].map((at) => `line ${at} of the log`),
    );
  });

  test('is searched', async () => {
    const ask = { file: null, text: 'line 300 ', from: 0 };
    const found = await archive.ask('find', job('1'), ask);
    expect((await sliceOf(archive, '1', { at: { from: found.at as number }, count: 1 })).lines[0]?.text).toBe(
      'line 300 of the log',
    );
    expect(await archive.ask('find', job('1'), { ...ask, from: found.next as number })).toMatchObject({
      at: null,
      next: null,
    });
  });

  test.each([
    ['gz', gzipSync(text)],
    ['zst', zstdCompressSync(text)],
    ['xz', execFileSync('xz', ['-c'], { input: text })],
  ])('unpacks .%s files, and as much as possible of truncated ones', async (packing, bytes) => {
    put(packing, `teuthology.log.${packing}`, bytes);
    expect(await sliceOf(archive, packing)).toMatchObject({ size: text.length, cut: false });
    put(`cut-${packing}`, `teuthology.log.${packing}`, bytes.subarray(0, -20));
    const cut = await sliceOf(archive, `cut-${packing}`).catch((error) => error);
    if (cut instanceof Error) expect(cut).toEqual(problem('refused'));
    else expect(cut.cut).toBe(true);
  });

  test('unpacks a file only once for simultaneous requests', async () => {
    put('asked-twice', 'teuthology.log.gz', gzipSync(text));
    const own = createArchive({ bases: archivesIn(folder), threads: 1 });
    const before = openUnpacked();
    await Promise.all(Array.from({ length: 3 }, () => sliceOf(own, 'asked-twice')));
    expect(openUnpacked() - before).toBe(1);
    await own.close();
  });

  test('lists files, and reads a job from its archive path if that is below the folder', async () => {
    put('1', 'config.yaml', 'a: 1');
    mkdirSync(join(folder, run, '1', 'remote'));
    expect(await archive.ask('files', job('1'), { path: [] })).toEqual({
      entries: [
        { name: 'config.yaml', type: 'file', size: 4 },
        { name: 'remote', type: 'folder', size: null },
        { name: 'teuthology.log', type: 'file', size: text.length },
      ],
      more: false,
    });
    const placed = { ...job('9'), archive_path: join(folder, run, '1') };
    expect(await archive.ask('files', placed, { path: ['remote'] })).toEqual({ entries: [], more: false });
    for (const path of ['/etc', `${folder}/../etc`, 'https://example.com/x', '../..'])
      await expect(archive.ask('files', job('9', path), { path: [] }), path).rejects.toEqual(problem('missing'));
  });

  test('cannot be left by links or names', async () => {
    writeFileSync(join(outside, 'secret'), 'secret');
    put('links', 'x', '');
    symlinkSync(join(outside, 'secret'), join(folder, run, 'links', 'teuthology.log'));
    symlinkSync(outside, join(folder, run, 'links', 'out'));
    await expect(sliceOf(archive, 'links')).rejects.toEqual(problem('refused'));
    await expect(sliceOf(archive, 'links', { file: ['out', 'secret'] })).rejects.toEqual(problem('refused'));
    expect((await archive.ask('files', job('links'), { path: [] })).entries.map(({ name }) => name)).toEqual(['x']);
    await expect(sliceOf(archive, '..')).rejects.toEqual(problem('missing'));
    await expect(sliceOf(archive, 'links', { file: [] })).rejects.toEqual(problem('missing'));
    // Opening a pipe would block.
    execFileSync('mkfifo', [join(folder, run, 'links', 'pipe')]);
    await expect(sliceOf(archive, 'links', { file: ['pipe'] })).rejects.toEqual(problem('missing'));
  });

  test('may contain a line of a gigabyte, zeros, bytes that are not text, and decompression bombs', async () => {
    truncateSync(put('zeros', 'teuthology.log', ''), 2 ** 30);
    const zeros = await sliceOf(archive, 'zeros', { at: { around: 2 ** 29 } });
    expect(zeros.size).toBe(2 ** 30);
    expect(JSON.stringify(zeros).length).toBeLessThan(256 << 10);
    put('odd', 'teuthology.log', Buffer.from([0x80, 0xff, 0, 10, 0xc3, 10, 0x41, 13, 10]));
    const odd = await sliceOf(archive, 'odd');
    expect(odd.lines.map((line) => line.text)).toEqual(['\ufffd\ufffd\ufffd', '\ufffd', 'A']);
    put('broad', 'teuthology.log', Buffer.alloc(1 << 20, 0x80));
    expect(Buffer.byteLength(JSON.stringify(await sliceOf(archive, 'broad')))).toBeLessThan(256 << 10);
    put('empty', 'teuthology.log', '\n'.repeat(1 << 20));
    const empty = await sliceOf(archive, 'empty', { count: 1000 });
    expect(empty.lines).toHaveLength(1000);
    const bomb = gzipSync(Buffer.alloc(8 << 20));
    put('bomb', 'teuthology.log.gz', Buffer.concat(Array.from({ length: 20 }, () => bomb)));
    expect(await sliceOf(archive, 'bomb')).toMatchObject({ cut: true, size: 1 << 26 });
    put('garbage', 'teuthology.log.gz', 'no gzip at all');
    await expect(sliceOf(archive, 'garbage')).rejects.toEqual(problem('refused'));
  });

  test('shows what has been appended to a file, and that a file has been deleted', async () => {
    const path = put('grows', 'teuthology.log', 'one\ntwo');
    expect((await sliceOf(archive, 'grows')).lines.map((line) => line.text)).toEqual(['one', 'two']);
    appendFileSync(path, '\nthree\n');
    expect((await sliceOf(archive, 'grows', { at: { from: 4 } })).lines.map((line) => line.text)).toEqual([
      'two',
      'three',
    ]);
    rmSync(path);
    await expect(sliceOf(archive, 'grows')).rejects.toEqual(problem('missing'));
  });
});

describe('an archive behind HTTP', () => {
  let server: Server;
  let root: string;
  let archive: Archive;
  const asked: string[] = [];
  /** Targets of redirects that are not files of the archive. */
  const redirects: ((root: string) => string)[] = [
    (root) => root.replace('http:', 'https:'),
    (root) => root.replace(/:\d+\//, ':1/'),
    (root) => root.replace('127.0.0.1', '[::1]'),
    (root) => root.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    (root) => root.replace('127.0.0.1', 'user@127.0.0.1'),
    (root) => `${root}../other`,
    (root) => `${root}%2e%2e/other`,
    (root) => `${root}..%2fother`,
    (root) => `${root}..%5Cother`,
    (root) => root.replace('/logs/', '/logs'),
    () => '//169.254.169.254/latest/meta-data/',
    () => 'file:///etc/passwd',
    // A redirect to a file that redirects again.
    () => `up/x`,
  ];

  beforeAll(async () => {
    put('1', 'teuthology.log', text);
    server = createServer((request, response) => {
      const { url = '', headers } = request;
      asked.push(url);
      const name = decodeURIComponent(url).replace('/logs/', '');
      if (name.includes('/silent/')) return;
      if (name.includes('/else/')) return void response.writeHead(302, { location: 'http://localhost:1/logs/x' }).end();
      if (name.includes('/up/')) return void response.writeHead(302, { location: '/other' }).end();
      const led = /\/to-(\d+)\//.exec(name);
      if (led) return void response.writeHead(307, { location: redirects[Number(led[1])]?.(root) }).end();
      if (name.includes('/secret/')) return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      if (name.includes('/broken/')) return void response.writeHead(500).end();
      if (name.endsWith('/1/'))
        return void response.end('<a href="../">up</a><a href="a%20b">a</a><a href="?C=N">x</a><a href="r/">r</a>');
      if (!name.endsWith('/1/teuthology.log') && !name.includes('/plain/')) return void response.writeHead(404).end();
      const all = readFileSync(join(folder, run, '1', 'teuthology.log'));
      const range = name.includes('/plain/') ? null : /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
      if (!range) return void response.end(all);
      const [from, to] = [Number(range[1]), Math.min(Number(range[2]), all.length - 1)];
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${all.length}` }).end(all.subarray(from, to + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs/`;
    // Starting a thread takes less even on a busy machine.
    archive = createArchive({ bases: archivesIn(root), patience: 15_000 });
  });
  afterAll(async () => {
    await archive.close();
    server.closeAllConnections();
    server.close();
  });

  test('is asked for the ranges that are shown, and for the whole file if it does not support ranges', async () => {
    const slice = await sliceOf(archive, '1', { at: { from: 'end' }, count: 3 });
    expect(slice).toMatchObject({ size: text.length, to: text.length });
    expect(slice.lines.at(-1)?.text).toBe('line 499 of the log');
    expect((await sliceOf(archive, 'plain')).lines[0]?.text).toBe('line 0 of the log');
    expect((await archive.ask('files', job('1'), { path: [] })).entries).toEqual([
      { name: 'a b', type: 'file', size: null },
      { name: 'r', type: 'folder', size: null },
    ]);
  });

  test('cannot be left by redirects, and no archive path of a job leads to another host', async () => {
    await expect(sliceOf(archive, 'else')).rejects.toEqual(problem('refused'));
    await expect(sliceOf(archive, 'up')).rejects.toEqual(problem('refused'));
    for (const at of redirects.keys())
      await expect(sliceOf(archive, `to-${at}`), redirects[at]?.(root)).rejects.toEqual(problem('refused'));
    await expect(sliceOf(archive, 'secret')).rejects.toEqual(problem('away'));
    const elsewhere = { ...job('1'), archive_path: 'http://localhost:1/logs/x' };
    expect(await archive.ask('slice', elsewhere, { file: null, at: { from: 0 }, count: 1 })).toMatchObject({ from: 0 });
    expect(asked.filter((url) => !url.startsWith('/logs/') || url.includes('%2f'))).toEqual([]);
  });

  test('reports a failing or silent server, and answers other requests meanwhile', async () => {
    await expect(sliceOf(archive, 'broken')).rejects.toEqual(problem('away'));
    const silent = sliceOf(archive, 'silent').catch((error) => error);
    expect(await sliceOf(archive, '1')).toMatchObject({ size: text.length });
    expect(await silent).toEqual(problem('away'));
    expect(await sliceOf(archive, '1')).toMatchObject({ size: text.length });
  });
});

test('shows the beginning of a packed file that takes too long, before the time limit', async () => {
  const server = createServer(({ url = '' }, response) => {
    if (!url.endsWith('.gz')) return void response.writeHead(404).end();
    const packer = createGzip();
    const sending = setInterval(() => packer.write('a line\n', () => packer.flush()), 20);
    packer.pipe(response.once('close', () => clearInterval(sending)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs/`;
  // A third of this is left for starting a thread, which takes a second or two on a busy machine.
  const archive = createArchive({ bases: archivesIn(root), patience: 12_000 });
  const { cut, lines } = await sliceOf(archive, '1');
  expect([cut, lines[0]?.text]).toEqual([true, 'a line']);
  await archive.close();
  server.closeAllConnections();
  server.close();
});

test('an unreachable host is reported at once, and does not delay the end of the archive', async () => {
  const archive = createArchive({ bases: archivesIn('http://127.0.0.1:9/logs') });
  await expect(sliceOf(archive, '1')).rejects.toEqual(problem('away'));
  await archive.close();
});

test('a closed archive refuses new and unanswered questions at once', async () => {
  const archive = createArchive({ bases: archivesIn(folder) });
  const closed = expect.objectContaining({ kind: 'away', message: 'the archive is closed' });
  const asked = sliceOf(archive, '1').catch((error) => error);
  const closing = archive.close();
  expect([await asked, await sliceOf(archive, '1').catch((error) => error)]).toEqual([closed, closed]);
  await closing;
});
