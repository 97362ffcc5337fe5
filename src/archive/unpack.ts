/** Packed files, and those of servers that know no parts, are copied plain into a nameless file before they are read. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { workerData } from 'node:worker_threads';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Packing } from '../core/logs/places.ts';
import { sourceOf } from './folder.ts';
import { ArchiveProblem, type Source } from './source.ts';

/** Bytes of a file when it is unpacked; of a longer one, a bomb for instance, the beginning is shown. */
const mostUnpacked: number = workerData?.mostUnpacked ?? 5 << 28;
/** The most memory of the program that unpacks .xz: what `xz -9` needs to unpack. */
const memoryOfXz = '80MiB';
/** Milliseconds for one file; the beginning is shown of one that takes longer. */
const longestUnpacking: number = workerData?.longestUnpacking ?? Number.POSITIVE_INFINITY;

/** All bytes of a source, in order. */
export async function* chunksOf(source: Source): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const chunk = await source.read(at, 256 << 10);
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}

/** Copies a file, at most `most` bytes of it. `cut` when it goes on, or ends in the middle of what was packed. Throws `ArchiveProblem`. */
export async function unpack(
  packed: AsyncIterable<Uint8Array>,
  packing: Packing | null,
  most = mostUnpacked,
): Promise<Source & { cut: boolean }> {
  const { bavail, bsize } = unlessFull(() => statfsSync(tmpdir()));
  const room = Math.min(most, Math.floor((bavail * bsize) / 2));
  const file = openNameless();
  let size = 0;
  let cut = false;
  const deadline = performance.now() + longestUnpacking;
  try {
    for await (const chunk of unpacked(packed, packing)) {
      size += writeAll(file, chunk.subarray(0, room - size), size);
      cut = size >= room || performance.now() > deadline;
      if (cut) break;
    }
  } catch (error) {
    const problem =
      error instanceof ArchiveProblem
        ? error
        : new ArchiveProblem('refused', `this is not a readable .${packing} file`);
    // A log whose job was killed while it was packed is better than none.
    if (problem.kind !== 'refused' || size === 0) {
      closeSync(file);
      throw problem;
    }
    cut = true;
  }
  return { ...sourceOf(file, size), cut };
}

function openNameless(): number {
  const path = join(tmpdir(), `paddles-log-${randomBytes(12).toString('hex')}`);
  const file = unlessFull(() => openSync(path, 'wx+', 0o600));
  unlinkSync(path);
  return file;
}

/** Zeros become a hole: a bomb of them takes no room on the disk. */
function writeAll(file: number, chunk: Uint8Array, at: number): number {
  if (chunk.length > 4096 && chunk[0] === 0 && Buffer.compare(chunk, Buffer.alloc(chunk.length)) === 0) {
    ftruncateSync(file, at + chunk.length);
    return chunk.length;
  }
  let done = 0;
  while (done < chunk.length) done += unlessFull(() => writeSync(file, chunk, done, chunk.length - done, at + done));
  return done;
}

/** Uses the temporary folder, which may be full or not there: that says nothing of the file, and may pass. */
function unlessFull<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ArchiveProblem('away', `the server has no room to unpack files (${code ?? message})`);
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>, packing: Packing | null): AsyncGenerator<Uint8Array> {
  if (packing === null) yield* packed;
  else if (packing === 'xz') yield* unxz(packed);
  else {
    const stream = packing === 'gz' ? createGunzip({ chunkSize: 256 << 10 }) : createZstdDecompress();
    const input = Readable.from(packed);
    input.on('error', (error) => stream.destroy(error));
    try {
      for await (const chunk of input.pipe(stream)) yield chunk as Buffer;
    } finally {
      input.destroy();
      stream.destroy();
    }
  }
}

/** By the program (docs/decisions/0017-logs.md). */
async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const child = spawn('xz', ['--decompress', '--stdout', `--memlimit-decompress=${memoryOfXz}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = endOf(child);
  const input = Readable.from(packed);
  let problem: Error | undefined;
  input.on('error', (error) => {
    problem = error;
    child.kill();
  });
  child.stdin.on('error', () => {});
  input.pipe(child.stdin);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const end = await ended;
    if (problem) throw problem;
    if (end === 'absent')
      throw new ArchiveProblem('refused', "the server needs the program 'xz' to read .xz files, and does not have it");
    if (end !== 0) throw new ArchiveProblem('refused', 'this is not a readable .xz file');
  } finally {
    input.destroy();
    child.kill();
  }
}

function endOf(child: ChildProcess): Promise<number | null | 'absent'> {
  return new Promise((resolve) => {
    child.once('error', () => resolve('absent'));
    child.once('close', (code) => resolve(code));
  });
}
