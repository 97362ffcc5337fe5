/** Request bodies that are read as they arrive and can be compressed. */
import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { Denial, refuse } from '../errors.ts';

const unpackers = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/**
 * Decompresses the body of a request as it arrives. Throws a `Denial` for an unknown Content-Encoding. Reading throws a `Refusal` if the
 * body is corrupt.
 */
export function unpackedBody(request: IncomingMessage): AsyncIterable<Buffer> {
  const { 'content-encoding': packing = 'identity' } = request.headers;
  // `readToTheEnd` reads the rest, which it could not if the request were destroyed.
  const arriving = request.iterator({ destroyOnReturn: false });
  if (packing === 'identity') return arriving;
  const createUnpacker = unpackers.get(packing);
  if (createUnpacker === undefined) {
    throw new Denial(415, `the Content-Encoding must be one of ${[...unpackers.keys()].join(', ')}`);
  }
  return unpack(request, arriving, createUnpacker());
}

async function* unpack(
  request: IncomingMessage,
  arriving: AsyncIterable<Buffer>,
  unpacker: Transform,
): AsyncGenerator<Buffer> {
  try {
    yield* pipeline(arriving, unpacker, () => {});
  } catch (error) {
    // The client has hung up.
    if (error === request.errored) throw error;
    refuse(null, 'the body does not match its Content-Encoding');
  }
}
