/** The parts of random requests: path segments, headers, framing. */
import { METHODS } from 'node:http';
import fc from 'fast-check';
import { hostileText } from './fuzz-json.ts';

/** A request with correct framing, so that exactly one answer is due. */
export interface FuzzRequest {
  method: string;
  /** Latin-1: one character is one byte. */
  target: string;
  headers: string[];
  chunked: boolean;
  body: Buffer;
}

const rawSegment = fc.constantFrom(
  ...['', '.', '..', '%2e', '%2E%2e', '%2f', '%00', '%0a', '%', '%zz', '%c3', '%c3%a9', '%ed%a0%80', '%ff', '%u0041'],
  ...['\xe9', '\xc3\xa9', '\xff', 'a b', '*', 'a%00b', '%25', '%7f', 'x'.repeat(600), 'x'.repeat(20_000), ':', ':name'],
  ...['jobs', 'runs', '__proto__', '%5C', '\\', "'", '(.*)', 'a;b', '\x01', '\x7f', '%F0%9F%98%80', 'run-1%20', ' '],
);
const encoded = hostileText.map((text) => (text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'));
/** Random requests to a server of one contract. */
export interface Requests {
  /** Anything from valid to absurd. */
  any: fc.Arbitrary<FuzzRequest>;
  /** Requests of ordinary clients. Some are refused: bodies may be invalid, and runs and jobs may be missing or exist already. */
  plain: fc.Arbitrary<FuzzRequest>;
  /** True when such a request always changes something if it succeeds. */
  mustWrite(request: FuzzRequest): boolean;
}

/** A path segment that is mostly valid. */
export const segment = (right: fc.Arbitrary<string>) =>
  fc.oneof({ arbitrary: right, weight: 8 }, { arbitrary: rawSegment, weight: 1 }, { arbitrary: encoded, weight: 1 });

const slash = fc.oneof(
  { arbitrary: fc.constantFrom('/', ''), weight: 12 },
  fc.constantFrom('//', '/?', '/?a=%ff', '/#x', `/?${'q'.repeat(17_000)}`, '/%'),
);
/** A path of these segments, with a mostly valid end. */
export const path = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(fc.tuple(...parts), slash).map(([segments, end]) => `/${segments.join('/')}${end}`);

const knownMethods = METHODS.filter((method) => method !== 'CONNECT');
const method = (right: string) =>
  fc.oneof({ arbitrary: fc.constant(right), weight: 12 }, { arbitrary: fc.constantFrom(...knownMethods), weight: 1 });

const header = fc.constantFrom(
  ...[
    'Content-Type: application/json',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Type: ;;;',
    'Content-Type:',
  ],
  ...[
    'Content-Type: text/html; charset=utf-16',
    'Content-Type: multipart/form-data',
    `Content-Type: ${'a/'.repeat(500)}`,
  ],
  ...[
    'Accept: text/html',
    'Accept: */*;q=x',
    'Accept:',
    'Accept-Encoding: gzip, br',
    'Accept-Version: 2',
    'Expect: 100-continue',
  ],
  ...[
    'Expect: nonsense',
    'X-Forwarded-For: a, b, \xff',
    'X-Forwarded-Host: evil.test/"<',
    'X-Forwarded-Proto: javascript',
  ],
  ...['Content-Encoding: gzip', 'If-None-Match: *', 'If-Modified-Since: x', 'Range: bytes=0-1', 'Connection: close'],
  ...['Connection: upgrade', 'Upgrade: websocket', 'Upgrade: h2c', 'Origin: null', 'Origin: \xff', 'Cookie: a=b; ='],
  ...[
    'Access-Control-Request-Method: PUT',
    'Access-Control-Request-Method: \xe9',
    'Authorization: Basic !!!',
    'TE: trailers',
  ],
  ...['X-HTTP-Method-Override: DELETE', 'Host: second'],
  ...[
    'Constructor: x',
    '__proto__: x',
    'Bad Name: x',
    'No-Colon',
    `X-Long: ${'x'.repeat(40_000)}`,
    'X-Nul: a\0b',
    'X: a\rb',
  ],
);
const host = fc.oneof(
  { arbitrary: fc.constant('Host: paddles.test'), weight: 20 },
  fc.constantFrom(
    'Host: evil"<script>',
    'Host:',
    'Host: a b',
    'Host: \xff\xfe',
    'Host: [::1]:80',
    'Host: a:b:c',
    'Host: ../..',
    '',
  ),
);
const headers = fc
  .tuple(host, fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, fc.array(header, { maxLength: 3 })))
  .map(([first, others]) => [first, ...others].filter((line) => line !== ''));

/** No body. */
export const nothing = fc.constant(Buffer.alloc(0));
const chunked = fc.oneof({ arbitrary: fc.constant(false), weight: 8 }, fc.constant(true));

/** Requests with mostly the right method, to a target and with a body. */
export const request = (
  right: string,
  target: fc.Arbitrary<string>,
  body: fc.Arbitrary<Buffer>,
): fc.Arbitrary<FuzzRequest> => fc.record({ method: method(right), target, headers, chunked, body });

/** Requests of ordinary clients. */
export const wellFormed = (right: string, target: fc.Arbitrary<string>, body: fc.Arbitrary<Buffer>) =>
  fc.record({
    method: fc.constant(right),
    target,
    headers: fc.constant<string[]>(['Host: paddles.test']),
    chunked: fc.constant(false),
    body,
  });

/** Writes the request as bytes. */
export function printFuzzRequest({ method, target, headers, chunked, body }: FuzzRequest): Buffer {
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  const lines = [`${method} ${target} HTTP/1.1`, ...headers, ...(chunked || body.length > 0 ? [framing] : [])];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (!chunked) return Buffer.concat([head, body]);
  const half = body.length >> 1;
  return Buffer.concat([head, chunk(body.subarray(0, half)), chunk(body.subarray(half)), Buffer.from('0\r\n\r\n')]);
}

function chunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
