/** Unpacks files into unlinked temporary files before they are read. The same is done with files of servers that do not support ranges. */
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

/** The most bytes of an unpacked file. Only the beginning of a longer one, for example a decompression bomb, is shown. */
const mostUnpacked: number = workerData?.mostUnpacked ?? 5 << 28;
/** The memory limit of the program that unpacks .xz: what unpacking a file made by `xz -9` needs. */
const memoryOfXz = '80MiB';
/** The time limit for one file, in milliseconds. Only the beginning of a file that takes longer is shown. */
const longestUnpacking: number = workerData?.longestUnpacking ?? Number.POSITIVE_INFINITY;

/** Streams all bytes of a source. */
export async function* chunksOf(source: Source): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const chunk = await source.read(at, 256 << 10);
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}

/**
 * Copies at most `most` bytes of a file. `cut` is true if the file is longer, or if it ends in the middle of the packed data. Throws
 * `ArchiveProblem`.
 */
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
    // An incomplete log, whose job was killed while it was packed, is better than none.
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

/** Writes zeros as a hole, so that a decompression bomb of zeros takes no disk space. */
function writeAll(file: number, chunk: Uint8Array, at: number): number {
  if (chunk.length > 4096 && chunk[0] === 0 && Buffer.compare(chunk, Buffer.alloc(chunk.length)) === 0) {
    ftruncateSync(file, at + chunk.length);
    return chunk.length;
  }
  let done = 0;
  while (done < chunk.length) done += unlessFull(() => writeSync(file, chunk, done, chunk.length - done, at + done));
  return done;
}

/** Uses the temporary folder. If it is full or missing, that is not the fault of the file, and may be temporary. */
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

/** Unpacks .xz with the program `xz` (docs/decisions/0017-logs.md). */
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
