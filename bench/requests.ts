/** Requests as ready bytes, because the clients share the processors with the server that they measure. */
import type { Answer } from './connection.ts';
import { firstSeededId } from './data.ts';

/**
 * Answers the next request of one client, given the answer to the last one, if there was one. The bytes stay valid until
 * the answer has come.
 */
export type NextRequest = (previous: Answer | null) => Buffer;

/** A place in a request that holds the seven digits of a job id. */
export interface Patchable {
  bytes: Buffer;
  places: number[];
}

/** The same request again and again. */
export function always(bytes: Buffer): NextRequest {
  return () => bytes;
}

/** The bytes of a request. */
export function request(method: string, path: string, body = ''): Buffer {
  const entity = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n${entity}\r\n${body}`);
}

/** A request with the places of every `firstSeededId` in it. */
export function patchable(method: string, path: string, body = ''): Patchable {
  const bytes = request(method, path, body);
  const places = [`/jobs/${firstSeededId}/`, `"job_id":"${firstSeededId}"`].flatMap((text) => {
    const at = bytes.indexOf(text);
    return at === -1 ? [] : [at + text.indexOf(String(firstSeededId))];
  });
  return { bytes, places };
}

/** Writes the id of a job into a request. */
export function patch({ bytes, places }: Patchable, id: number): Buffer {
  for (const place of places) bytes.write(String(id), place, 'latin1');
  return bytes;
}
