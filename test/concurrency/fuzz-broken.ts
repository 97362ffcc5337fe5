/** Bytes that are almost HTTP. */
import fc from 'fast-check';
import { bytesOf, jobText } from './fuzz-json.ts';
import { type FuzzRequest, printFuzzRequest } from './fuzz-parts.ts';

const lyingHeader = fc.constantFrom(
  ...[
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked, chunked',
    'Content-Length: 1',
  ],
  ...['Content-Length: -1', 'Content-Length: 0', 'Content-Length: 1, 2', 'Content-Length: x', 'Content-Length: +5'],
);

const framings = [
  'Content-Length: -1',
  'Content-Length: x',
  'Content-Length: 1, 2',
  'Content-Length: 1\r\nContent-Length: 2',
  'Content-Length: 2\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
];

/** Writes with certainly wrong framing: the HTTP parser refuses each of them. */
export const refusedBytes: Buffer[] = ['POST /runs/', 'PUT /runs/run-1/jobs/1/', 'DELETE /runs/run-1/'].flatMap(
  (line) =>
    framings.map((framing) => Buffer.from(`${line} HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n{"name":"run-refused"}`)),
);

/**
 * Requests to be damaged or repeated. No HEAD, because the end of its answer would be unknown. No 100-continue, because
 * Node writes the second of two "100 Continue" between the head and the body of an answer.
 */
function damageable(requests: fc.Arbitrary<FuzzRequest>): fc.Arbitrary<FuzzRequest> {
  return requests.map(({ method, headers, ...others }) => ({
    ...others,
    method: method === 'HEAD' ? 'GET' : method,
    headers: headers.filter((line) => line !== 'Expect: 100-continue'),
  }));
}

/** Damaged requests. Whether they get an answer depends on the damage. */
export function brokenBytes(requests: fc.Arbitrary<FuzzRequest>): fc.Arbitrary<Buffer> {
  return fc.oneof(damaged(damageable(requests)), lying(damageable(requests)), wrongLength, notHttp, noise);
}

const damaged = (requests: fc.Arbitrary<FuzzRequest>) =>
  fc
    .tuple(
      requests,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('cut', 'insert', 'repeat', 'none'),
      fc.uint8Array({ maxLength: 6 }),
    )
    .map(([whole, where, how, noise]) => {
      const bytes = printFuzzRequest(whole);
      const at = Math.floor(where * Math.min(bytes.length, 400));
      if (how === 'cut') return bytes.subarray(0, at);
      if (how === 'insert') return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
      return how === 'repeat' ? Buffer.concat([bytes, bytes.subarray(at)]) : bytes;
    });

const lying = (requests: fc.Arbitrary<FuzzRequest>) =>
  fc
    .tuple(requests, lyingHeader)
    .map(([whole, lie]) => printFuzzRequest({ ...whole, headers: [...whole.headers, lie] }));

const wrongLength = fc
  .tuple(fc.constantFrom(1, -1, 5, -5, 1000), bytesOf(jobText))
  .map(([lie, body]) =>
    Buffer.concat([
      Buffer.from(
        `PUT /runs/run-1/jobs/1/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${Math.max(0, body.length + lie)}\r\n\r\n`,
      ),
      body,
    ]),
  );

const notHttp = fc
  .constantFrom(
    ...[
      'GET /runs/ HTTP/1.1\r\n\r\n',
      'GET /runs/ HTTP/9.9\r\nHost: a\r\n\r\n',
      'GET /runs/\r\n\r\n',
      '\r\n\r\n',
      '\x16\x03\x01\x02\0',
    ],
    ...[
      'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /runs/ HTTP/1.0\r\n\r\n',
      'NOPE / HTTP/1.1\r\nHost: a\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ],
    ...['GET /runs/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ...[
      'POST /runs/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'POST /runs/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{',
    ],
    ...[
      'POST /runs/ HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n{',
      'POST /runs/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n{',
    ],
  )
  .map((text) => Buffer.from(text, 'latin1'));

const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
