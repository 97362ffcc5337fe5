import type { FastifyCompressOptions } from '@fastify/compress';
import { smallAnswer } from './answer-memory.ts';

/**
 * How answers are compressed. Short ones at once, in a millisecond or two: each that is compressed beside others takes up a megabyte.
 * Brotli's quality of 4 and a window of 2^18 bytes take a run of 5,000 jobs 60 ms.
 */
export const compression: FastifyCompressOptions & { syncThreshold: number } = {
  encodings: ['br', 'gzip'],
  // Bodies are read as they arrive (received.ts): one that is unpacked beside that would never end.
  globalDecompression: false,
  threshold: 1024,
  syncThreshold: smallAnswer,
  // By their numbers: the quality and the logarithm of the window.
  brotliOptions: { params: { 1: 4, 2: 18 } },
};
