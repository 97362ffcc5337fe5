/** Random filters and random reads. */
import fc from 'fast-check';
import { queryKeys } from '../../src/core/query.ts';
import { hostileText } from './fuzz-json.ts';

const pieces = fc.constantFrom(
  ...Object.entries(queryKeys).flatMap(([key, { short }]) => [`${key}:`, ...short.map((name) => `${name}:`)]),
  ...[
    '"',
    '\\',
    ' ',
    ',',
    '*',
    '..',
    '>',
    '<',
    '-',
    ':',
    'none',
    'today',
    '2d',
    '1h30m',
    '2026-11-20',
    'T09:30',
    'Z',
    '+99:00',
  ],
  ...[
    'fail',
    'new',
    'finished pass',
    '100',
    '9'.repeat(15),
    '0x1',
    'constructor',
    '__proto__',
    'toString:',
    '\0',
    '\n',
    'É',
    '😀',
    '\ud800',
    '%',
    '_',
  ],
  ...['a'.repeat(600), 'a*'.repeat(300), '-s:* '.repeat(60), '9w'.repeat(200)],
);
/** Any text, mostly similar to a filter. */
export const filter = fc.oneof(
  { arbitrary: fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')), weight: 6 },
  { arbitrary: hostileText, weight: 1 },
);
const names = fc.constantFrom(
  ...[
    'run-1',
    'a%20run',
    '1',
    'smithi001',
    'smithi',
    'latest',
    'constructor',
    '__proto__',
    '%2f',
    '%5C',
    '..%2f',
    '%c3%a9',
    '%F0%9F%98%80',
    'x'.repeat(600),
  ],
);
const keys = fc.constantFrom(
  ...[
    'q',
    'tz',
    'sort',
    'after',
    'limit',
    'field',
    'prefix',
    'text',
    'suite',
    'branch',
    'machine_type',
    'since',
    'n',
    'since_days',
  ],
  ...[
    'scope',
    'with',
    'count',
    'page',
    'fields',
    'status',
    'sha1',
    'user',
    'name',
    'queue',
    'locked',
    'locked_by',
    'up',
    'os_type',
  ],
  ...[
    'date',
    'posted_after',
    'posted_before',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'q[]',
    'q[a]',
    '',
    '%ff',
    'x'.repeat(300),
  ],
);
const encoded = (text: string) => (text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80');
const values = fc.oneof(
  filter.map(encoded),
  hostileText.map(encoded),
  fc.constantFrom(
    ...[
      '',
      '1',
      '0',
      '-1',
      '1e9',
      '9'.repeat(30),
      'NaN',
      'true',
      'None',
      '-scheduled',
      'sha1',
      'UTC',
      'Asia/Tokyo',
      'Mars/X',
    ],
    ...[
      'today',
      '2024-02-30',
      '%',
      '%zz',
      '%ff',
      '%00',
      'W10',
      'bnVsbA',
      'a,b,,c',
      '&',
      '=',
      '#',
      'constructor',
      '%2f'.repeat(700),
    ],
  ),
);
const parameter = fc.tuple(keys, values).map(([key, value]) => `${key}=${value}`);
const header = fc.constantFrom(
  ...[
    'Accept: text/html',
    'Accept: */*;q=x',
    'Accept:',
    'Accept-Encoding: gzip, br',
    'Accept-Encoding: \xff',
    'Accept-Version: 2',
  ],
  ...['X-Forwarded-Host: a, b', 'X-Forwarded-Host: "<\xff', 'X-Forwarded-Proto: javascript', 'X-Forwarded-For: \xff'],
  ...[
    'If-None-Match: *',
    'If-None-Match: W/"',
    'If-Modified-Since: x',
    'Range: bytes=0-1',
    'Origin: null',
    'Origin: \xff',
    'Cookie: =;=',
  ],
  ...[
    'Authorization: Basic !',
    'Content-Type: ;;;',
    'Content-Type: \xff',
    'constructor: x',
    '__proto__: x',
    `X-Long: ${'x'.repeat(4000)}`,
  ],
  ...['Sec-Fetch-Mode: navigate', 'X-HTTP-Method-Override: DELETE', 'TE: trailers', 'Via: \xff', 'X-Request-Id: \xff'],
);

/** A GET; Latin-1: one character is one byte. */
export interface Get {
  target: string;
  headers: string[];
}

/** Random reads of these routes. */
export function readsOf(routes: string[]): fc.Arbitrary<Get> {
  const path = fc
    .tuple(fc.constantFrom(...routes), fc.array(names, { minLength: 4, maxLength: 4 }))
    .map(([route, given]) =>
      route
        .split('/')
        .map((part, at) => (/^[:*]/.test(part) ? given[at % 4] : part))
        .join('/'),
    );
  return fc.record({
    target: fc
      .tuple(path, fc.array(parameter, { maxLength: 4 }))
      .map(([path, all]) => (all.length === 0 ? path : `${path}?${all.join('&')}`).slice(0, 15_000)),
    headers: fc.array(header, { maxLength: 2 }),
  });
}

/** Writes the request as bytes. */
export function printGet({ target, headers }: Get): Buffer {
  return Buffer.from(`${[`GET ${target} HTTP/1.1`, 'Host: paddles.test', ...headers].join('\r\n')}\r\n\r\n`, 'latin1');
}
