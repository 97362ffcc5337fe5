/** Hostile texts for request bodies: JSON of every shape, near-JSON, and bytes that are neither. */
import fc from 'fast-check';

const hugeText = 'x'.repeat(1 << 20);

/** Texts that are hard on databases, URLs, object keys and UTF-8 decoders. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    ...['', '\0', 'a\0b', '\ud800', 'a\udfffb', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '.', '..'],
    ...['/', 'a/b', '%00', '%2e%2e', '\u2028', "'; drop table runs; --", '"', '\\', 'null', '\ufeff', '\u{1f600}', 'é'],
    ...['x'.repeat(32), 'x'.repeat(33), 'é'.repeat(512), 'x'.repeat(513), '\u{1f600}'.repeat(256), '\x7f', '\x1b[31m'],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

const numberText = fc.constantFrom(
  ...['0', '-0', '1', '1e999', '-1e999', '1e-999', '1e308', '123456789012345678901234567890', '0.1000', '1E+2'],
  ...['9007199254740993', '-1', '2147483648', '18446744073709551616', '1.5', '0.000000000000000000000000000001'],
);

const wrongText = fc.constantFrom(
  ...['NaN', 'Infinity', '-', '01', '1.', '.5', '0x10', 'undefined', "'a'", 'True', '"\\x"', '"\\u12"', '"', '{', ']'],
  ...['"a\nb"', '/**/1', '1,', '{"a"}', '{a:1}', '[1,]', '{"a":1,}', '\0'],
);

/** Hostile texts as JSON. */
export const stringText = hostileText.map((text) => JSON.stringify(text));

const scalarText = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '"\\u0000"', '"\\ud800"', '"\\/\\b\\f"'),
  numberText,
  stringText,
);

const deepText = fc
  .tuple(fc.constantFrom(10, 499, 500, 501, 1200, 20_000), fc.constantFrom('[]', '{}', '[', ']'))
  .map(([depth, kind]) => {
    if (kind === '{}') return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    return kind === '[]' ? '['.repeat(depth) + ']'.repeat(depth) : kind.repeat(depth);
  });

/** Values of every shape; some are not JSON. */
export const valueText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: scalarText, weight: 10 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)), weight: 4 },
  { arbitrary: wrongText, weight: 1 },
  { arbitrary: deepText, weight: 1 },
);

const keys = [
  ...[
    'archive_path',
    'description',
    'duration',
    'email',
    'flavor',
    'job_id',
    'kernel',
    'last_in_suite',
    'machine_type',
  ],
  ...['mon.a_kernel_sha1', 'mon_b_kernel_sha1', 'name', 'nuke-on-error', 'nuke_on_error', 'os_type', 'overrides'],
  ...[
    'owner',
    'pid',
    'roles',
    'success',
    'targets',
    'tasks',
    'teuthology_branch',
    'verbose',
    'job-id',
    'last-in-suite',
  ],
  ...['__proto__', 'status', 'id', 'run_id', 'updated', 'posted', 'unknown', 'constructor', '', 'small', 'mon.c'],
];

// A map, because a key may be called `constructor`.
const rightValues = new Map(
  Object.entries({
    duration: ['1', '2.5', 'null'],
    last_in_suite: ['true', 'null'],
    'last-in-suite': ['false'],
    'nuke-on-error': ['true'],
    nuke_on_error: ['false', 'null'],
    verbose: ['true', 'false'],
    success: ['true', 'false', 'null'],
    pid: ['1', '"17"', 'null'],
    job_id: ['1', '"2"', '"1500"', '7'],
  }),
);

const ordinaryValues = ['"a text"', 'null', '"é\\u0000"'];

/** An object of these keys, mostly with valid values; `rightValues` has the values of keys that do not accept every text. */
export function objectText(keys: string[], rightValues: Map<string, string[]>): fc.Arbitrary<string> {
  const rightMember = fc.constantFrom(...keys).chain((key) => {
    const values = fc.constantFrom(...(rightValues.get(key) ?? ordinaryValues));
    return values.map((value) => `${JSON.stringify(key)}:${value}`);
  });

  const anyKey = fc.oneof(
    fc.constantFrom(...keys).map((key) => JSON.stringify(key)),
    stringText,
  );
  const anyMember = fc.tuple(anyKey, valueText).map(([key, value]) => `${key}:${value}`);
  const member = fc.oneof({ arbitrary: rightMember, weight: 12 }, { arbitrary: anyMember, weight: 1 });
  return fc
    .tuple(fc.array(member, { maxLength: 12 }), fc.constantFrom(',', ' ,\n\t'))
    .map(([members, comma]) => `{${members.join(comma)}}`);
}

/** An object, mostly with the members of `first` at its beginning; sometimes not an object at all. */
export function bodyText(first: fc.Arbitrary<string>, object: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const whole = fc
    .tuple(first, object)
    .map(([members, text]) => (text === '{}' ? `{${members}}` : `{${members},${text.slice(1)}`));
  return fc.oneof(
    { arbitrary: whole, weight: 12 },
    { arbitrary: object, weight: 4 },
    { arbitrary: valueText, weight: 1 },
  );
}

/** A body for `POST /runs/`, mostly valid. There are few names, so that they are repeated. */
export const runText = fc.oneof(
  { arbitrary: fc.nat(5).map((run) => `{"name":"run-${run}"}`), weight: 3 },
  { arbitrary: stringText.map((name) => `{"name":${name}}`), weight: 2 },
  { arbitrary: valueText.map((name) => `{"name":${name}}`), weight: 1 },
);

/** A mostly valid job document of the classic contract. */
export const jobText = bodyText(
  fc.nat(5).map((id) => `"job_id":"${id}"`),
  objectText(keys, rightValues),
);

/** A text of one megabyte in a key that is stored. Use it rarely, because it is slow. */
export const hugeJobText = fc
  .constantFrom('description', 'tasks', 'job_id', 'unknown', 'name')
  .map((key) => `{"job_id":"huge","${key}":"${hugeText}"}`);

const badUtf8 = fc.constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]);

/** The bytes of a text, mostly undamaged. */
export function bytesOf(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const damaged = fc
    .tuple(
      text,
      fc.constantFrom('cut', 'utf8', 'utf16', 'bom', 'tail', 'nul'),
      badUtf8,
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([whole, how, bad, where]) => {
      const bytes = Buffer.from(whole);
      const at = Math.floor(where * bytes.length);
      if (how === 'cut') return bytes.subarray(0, at);
      if (how === 'utf8') return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)]);
      if (how === 'utf16') return Buffer.from(whole, 'utf16le');
      if (how === 'bom') return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
      return Buffer.concat([bytes, Buffer.from(how === 'nul' ? '\0' : '}')]);
    });
  return fc.oneof({ arbitrary: text.map((whole) => Buffer.from(whole)), weight: 6 }, { arbitrary: damaged, weight: 1 });
}
