/** Requests that no client should send: the paths, methods, headers and framing; the bodies are in fuzz-json.ts. */
import { METHODS } from 'node:http';
import fc from 'fast-check';
import { bytesOf, hostileText, hugeJobText, jobText, runText } from './fuzz-json.ts';

/** A request whose end is where its framing says, so that exactly one answer is due. */
export interface FuzzRequest {
  method: string;
  /** One character is one byte. */
  target: string;
  headers: string[];
  chunked: boolean;
  body: Buffer;
}

const runName = fc.nat(5).map((run) => `run-${run}`);
const jobId = fc.oneof({ arbitrary: fc.nat(3).map(String), weight: 9 }, fc.constant('huge'));

const rawSegment = fc.constantFrom(
  ...['', '.', '..', '%2e', '%2E%2e', '%2f', '%00', '%0a', '%', '%zz', '%c3', '%c3%a9', '%ed%a0%80', '%ff', '%u0041'],
  ...['\xe9', '\xc3\xa9', '\xff', 'a b', '*', 'a%00b', '%25', '%7f', 'x'.repeat(600), 'x'.repeat(20_000), ':', ':name'],
  ...['jobs', 'runs', '__proto__', '%5C', '\\', "'", '(.*)', 'a;b', '\x01', '\x7f', '%F0%9F%98%80', 'run-1%20', ' '],
);
const encoded = hostileText.map((text) => (text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'));
const segment = (right: fc.Arbitrary<string>) =>
  fc.oneof({ arbitrary: right, weight: 8 }, { arbitrary: rawSegment, weight: 1 }, { arbitrary: encoded, weight: 1 });

const slash = fc.oneof(
  { arbitrary: fc.constantFrom('/', ''), weight: 12 },
  fc.constantFrom('//', '/?', '/?a=%ff', '/#x', `/?${'q'.repeat(17_000)}`, '/%'),
);
const path = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(fc.tuple(...parts), slash).map(([segments, end]) => `/${segments.join('/')}${end}`);

const runs = fc.constant('runs');
const jobs = fc.constant('jobs');
const runsPath = path(runs);
const runPath = path(runs, segment(runName));
const jobsPath = path(runs, segment(runName), jobs);
const jobPath = path(runs, segment(runName), jobs, segment(jobId));
const oddPath = fc.oneof(
  path(runs, segment(runName), segment(jobId)),
  fc
    .array(segment(fc.constantFrom('runs', 'jobs', 'healthz', 'readyz')), { maxLength: 6 })
    .map((all) => `/${all.join('/')}`),
  fc.constantFrom(
    '*',
    'http://evil.test/runs/',
    'runs/',
    '//',
    '/..//runs/',
    'http://[::1/runs',
    '?',
    '/?',
    '/runs/../runs/',
  ),
);

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

const nothing = fc.constant(Buffer.alloc(0));
const chunked = fc.oneof({ arbitrary: fc.constant(false), weight: 8 }, fc.constant(true));

const request = (right: string, target: fc.Arbitrary<string>, body: fc.Arbitrary<Buffer>): fc.Arbitrary<FuzzRequest> =>
  fc.record({ method: method(right), target, headers, chunked, body });

/** Requests of the classic contract, from right to absurd. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: request('POST', runsPath, bytesOf(runText)), weight: 15 },
  { arbitrary: request('POST', jobsPath, bytesOf(jobText)), weight: 40 },
  { arbitrary: request('PUT', jobPath, bytesOf(jobText)), weight: 40 },
  { arbitrary: request('GET', fc.oneof(runsPath, runPath, jobsPath, jobPath), nothing), weight: 15 },
  { arbitrary: request('GET', oddPath, fc.oneof(nothing, bytesOf(jobText))), weight: 10 },
  { arbitrary: request('PUT', jobPath, bytesOf(hugeJobText)), weight: 1 },
);

const wellFormed = (right: string, target: fc.Arbitrary<string>, body: fc.Arbitrary<Buffer>) =>
  fc.record({
    method: fc.constant(right),
    target,
    headers: fc.constant<string[]>(['Host: paddles.test']),
    chunked: fc.constant(false),
    body,
  });

const plainJobPath = fc.tuple(runName, jobId).map(([run, job]) => `/runs/${run}/jobs/${job}/`);
const plainJobsPath = runName.map((run) => `/runs/${run}/jobs/`);

/** Requests of ordinary clients, some of them refused: bodies may be wrong, and runs and jobs be missing or there. */
export const plainRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: wellFormed('POST', fc.constant('/runs/'), bytesOf(runText)), weight: 2 },
  { arbitrary: wellFormed('POST', plainJobsPath, bytesOf(jobText)), weight: 3 },
  { arbitrary: wellFormed('PUT', plainJobPath, bytesOf(jobText)), weight: 4 },
  { arbitrary: wellFormed('GET', plainJobPath, nothing), weight: 2 },
  { arbitrary: wellFormed('GET', plainJobsPath, nothing), weight: 1 },
  {
    arbitrary: wellFormed(
      'GET',
      runName.map((run) => `/runs/${run}/`),
      nothing,
    ),
    weight: 1,
  },
  { arbitrary: wellFormed('GET', fc.constant('/runs/'), nothing), weight: 1 },
);

/** The request as bytes. */
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

const lyingHeader = fc.constantFrom(
  ...[
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked, chunked',
    'Content-Length: 1',
  ],
  ...['Content-Length: -1', 'Content-Length: 0', 'Content-Length: 1, 2', 'Content-Length: x', 'Content-Length: +5'],
);

/**
 * A request to be damaged or repeated. Not HEAD: one could not tell where its answer ends. No 100-continue: when it
 * comes twice at once, Node writes the second "100 Continue" between the head and the body of an answer.
 */
const damageable = fuzzRequest.map(({ method, headers, ...others }) => ({
  ...others,
  method: method === 'HEAD' ? 'GET' : method,
  headers: headers.filter((line) => line !== 'Expect: 100-continue'),
}));

/** Bytes that are hardly HTTP: a damaged request. Whether an answer is due depends on what is left of it. */
export const brokenBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .tuple(
      damageable,
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
    }),
  fc
    .tuple(damageable, lyingHeader)
    .map(([whole, lie]) => printFuzzRequest({ ...whole, headers: [...whole.headers, lie] })),
  fc
    .tuple(fc.constantFrom(1, -1, 5, -5, 1000), bytesOf(jobText))
    .map(([lie, body]) =>
      Buffer.concat([
        Buffer.from(
          `PUT /runs/run-1/jobs/1/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${Math.max(0, body.length + lie)}\r\n\r\n`,
        ),
        body,
      ]),
    ),
  fc
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
    .map((text) => Buffer.from(text, 'latin1')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
