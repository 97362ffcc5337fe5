import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signatureOf } from './signature.ts';

describe('any text', () => {
  const beginnings = [
    '',
    "Command failed on a with status 1: 'sudo ",
    'Command crashed: ',
    '"cluster [WRN] ',
    'avc: denied comm="',
    "{'a': {'msg': '",
    '[git clone -q ',
    'Failed to fetch package version ',
    'Test failure: ',
  ];
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '-',
      ' ',
      "'",
      '"',
      '\n',
      '\0',
      '1',
      '1.',
      'a-',
      'a1.a.b',
      'smithi1',
      '/tmp/',
      '😀',
      '\ud83d',
      'sudo -- ',
      ' (OSD_DOWN)',
    ),
  );
  const anyText = fc
    .tuple(
      fc.constantFrom(...beginnings),
      fc.array(word, { size: 'max', maxLength: 400 }),
      fc.constantFrom('', '" in cluster log'),
    )
    .map(([beginning, words, end]) => beginning + words.join('') + end);

  test('has a cause of one line and at most 160 characters, and can be stored in a database', () => {
    fc.assert(
      fc.property(anyText, (reason) => {
        const { id, title } = signatureOf(reason);
        expect(id).toMatch(/^[0-9a-f]{8}$/);
        expect(title.length).toBeLessThanOrEqual(160);
        expect(title.trim()).not.toBe('');
        expect(title.isWellFormed()).toBe(true);
        expect(title).not.toMatch(/[\x00-\x1f]/);
        expect(signatureOf(reason)).toEqual({ ...signatureOf(reason.toWellFormed()), id });
      }),
      { numRuns: 1000 },
    );
  });

  test('is not cut within a character', () => {
    for (const length of [155, 156, 157, 158, 159, 160]) {
      expect(signatureOf('ä'.repeat(length) + '😀'.repeat(20)).title.isWellFormed()).toBe(true);
    }
  });

  test('has a cause in linear time, no matter how long and tangled it is', () => {
    const tangled = [
      ...beginnings.map((beginning) => beginning.repeat(100_000)),
      // The first of these took 0.75 s when digits could be matched in several ways.
      `${'a-'.repeat(350)}${'1'.repeat(1300)}`,
      `${'1-'.repeat(350)}${'host'.repeat(300)}`,
      `x ${'1'.repeat(1990)}g`,
      '('.repeat(9000),
      ' '.repeat(9000),
    ];
    const before = process.cpuUsage();
    for (let turn = 0; turn < 20; turn++) {
      for (const reason of tangled) expect(signatureOf(reason).title.length).toBeLessThanOrEqual(160);
    }
    expect(process.cpuUsage(before).user, 'microseconds of the processor').toBeLessThan(2_000_000);
    expect(signatureOf(`${'x '.repeat(5000)}Caught signal`).kind).toBe('other');
    expect(signatureOf(`Found coredumps on smithi1 ${'x '.repeat(5000)}`)).toEqual(
      signatureOf(`Found coredumps on smithi2 ${'x '.repeat(50_000)}`),
    );
  });
});
