import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { TestCase } from '../core/test-cases.ts';
import { createPacker, gatherCases, JunitProblem, type PackedCases, readJunit, unpackCases } from './junit.ts';

async function read(text: string, step = 7): Promise<TestCase[]> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) =>
    bytes.subarray(at * step, (at + 1) * step),
  );
  const cases: TestCase[] = [];
  await readJunit(Readable.from(pieces), (one) => cases.push(one));
  return cases;
}

test('reads cases and their results, whatever the pieces in which the document arrives', async () => {
  const text = `<?xml version="1.0"?><testsuites><testsuite name="lamps">
    <testcase classname="t.Lamps" name="test_a" time="1,200.5"/>
    <testcase classname="t.Lamps" name="test_b" time="x"><failure message="3 &lt; 4">trace</failure><error>later</error></testcase>
    <testcase name="test_c"><error><![CDATA[it <broke>]]></error><system-out>much</system-out></testcase>
    <testcase name="  "><skipped/></testcase></testsuite></testsuites>`;
  const expected = [
    { name: 'test_a (t.Lamps)', result: 'pass', seconds: 1200.5, message: null },
    { name: 'test_b (t.Lamps)', result: 'fail', seconds: null, message: '3 < 4' },
    { name: 'test_c', result: 'error', seconds: null, message: 'it <broke>' },
    { name: 'unnamed', result: 'skipped', seconds: null, message: null },
  ];
  for (const step of [1, 7, 10_000]) expect(await read(text, step)).toEqual(expected);
});

test.each([
  ['text that is not XML', 'nothing'],
  ['an empty document', ''],
  ['another document', '<html><body/></html>'],
  ['an incomplete document', '<testsuite><testcase name="a">'],
  ['declared entities', '<!DOCTYPE t [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>'],
  ['unknown entities', '<testsuite><testcase name="&lamp;"/></testsuite>'],
  ['deep elements', `<testsuite>${'<a>'.repeat(200)}`],
  ['a long attribute', `<testsuite><testcase name="${'a'.repeat(1 << 20)}"/></testsuite>`],
])('%s is refused', (_, text) => expect(read(text, 1000)).rejects.toThrow(JunitProblem));

test('packs 100,000 cases into few bytes, and unpacks them unchanged', async () => {
  const cases = Array.from({ length: 100_000 }, (_, at): TestCase => {
    const result = at % 1000 === 7 ? 'fail' : 'pass';
    return {
      name: `test_${at} (t.Lamps${at % 50})`,
      result,
      seconds: at / 100,
      message: result === 'fail' ? `no ${at}` : null,
    };
  });
  const packer = createPacker();
  const gathered = [cases.slice(0, 30_500), cases.slice(30_500)].map((some) => {
    const part = gatherCases(packer.write);
    for (const one of some) part.add(one);
    return part.done();
  });
  const { counts, failed, packed } = (await packer.done(gathered)) as PackedCases;
  expect(counts).toEqual({ pass: 99_900, fail: 100, error: 0, skipped: 0 });
  expect(failed).toHaveLength(100);
  expect(packed.length).toBeLessThan(1_500_000);
  const back: TestCase[] = [];
  for await (const some of unpackCases(packed)) back.push(...some);
  expect(back).toEqual(cases);
});
