/** Bodies that are read while they arrive, and may be packed. */
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

/** The body of a request as it arrives, unpacked; throws a `Denial` when nothing here unpacks it. Reading it throws a `Refusal` when it is broken. */
export function unpackedBody(request: IncomingMessage): AsyncIterable<Buffer> {
  const { 'content-encoding': packing = 'identity' } = request.headers;
  // What is not read of it is for `readToTheEnd`, which could not read a request that is destroyed.
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
    // Its client has left.
    if (error === request.errored) throw error;
    refuse(null, 'the body is not what its Content-Encoding says');
  }
}
