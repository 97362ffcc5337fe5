import { expect, test } from 'vitest';
import { caseCause, type FoundError, refinedCause, signatureOf } from './signature.ts';

const generic = "Command failed on smithi001 with status 22: 'sudo ceph lamp on'";
const crash: FoundError = { kind: 'crash', error: 'src/Lamp.cc: 1: FAILED ceph_assert(lit)', sure: true };
const einval: FoundError = { kind: 'command', error: 'Error EINVAL: no lamp 3', sure: true };

function causeOf(failure_reason: string | null, excerpt: FoundError | null, cases: string[] = []) {
  return refinedCause({ status: 'fail', failure_reason }, { excerpt, cases });
}

test('a generic reason gets the cause of the error, and different errors are different causes', () => {
  expect(causeOf(generic, crash)).toEqual(signatureOf(crash.error));
  const one = causeOf(generic, einval);
  const other = causeOf(generic, { kind: 'command', error: 'Error ENOENT: no oil', sure: true });
  expect(one).toMatchObject({ kind: 'command', title: 'ceph lamp on → status 22: Error EINVAL: no lamp <n>' });
  expect(other?.id).not.toBe(one?.id);
  expect(causeOf(null, crash)).toEqual(signatureOf(crash.error));
  expect(causeOf(null, einval)?.title).toBe('Error EINVAL: no lamp <n>');
  expect(causeOf("Command crashed: 'ceph_test_lamps'", crash)).toEqual(signatureOf(crash.error));
  expect(refinedCause({ status: 'pass', failure_reason: generic }, { excerpt: crash, cases: [] })).toBe(null);
});

test('a specific reason is kept, and so is one whose log is not certain', () => {
  const telling = 'Test failure: test_a (tasks.t.TestA)';
  expect(causeOf(telling, crash, ['test_b (t.B)'])).toEqual(signatureOf(telling));
  for (const excerpt of [{ ...crash, sure: false }, { kind: 'none', error: '', sure: false } as const, null])
    expect(causeOf(generic, excerpt)).toEqual(signatureOf(generic));
});

test('a failed test case takes precedence over everything but a crash', () => {
  expect(causeOf(generic, einval, ['test_a (t.A)'])).toEqual(caseCause('test_a (t.A)'));
  expect(causeOf(generic, crash, ['test_a (t.A)'])?.kind).toBe('crash');
  expect(causeOf(generic, null, ['lamp test', 'oil test'])).toMatchObject({ kind: 'test', title: 'lamp test' });
});

test('a failed case is the same cause in a document, a log and a failure reason', () => {
  const long = (end: string) => `test_${'x'.repeat(300)}${end} (t.A)`;
  const names = [
    ...['test_x[3-foo] (t.A)', 'test_x[4-foo] (t.A)', 'test_X[4-foo] (t.A)', 'test_x[/tmp/a1] (t.A)'],
    ...['test_x[/tmp/a2] (t.A)', 'test_x[0xdeadbeef] (t.A)', 'test_x[smithi001] (t.A)', 'test_x[2026-11-20] (t.A)'],
    ...['test_12 (t.A)', 'test_13 (t.A)', long('1'), long('2')],
  ];
  expect(new Set(names.map((name) => caseCause(name).id)).size).toBe(names.length);
  for (const name of names) {
    const cause = caseCause(name);
    expect(causeOf(generic, null, [name])).toEqual(cause);
    expect(causeOf(generic, { kind: 'test', error: `FAIL: ${name}`, sure: true })).toEqual(cause);
    expect(signatureOf(`FAIL: ${name}\nTraceback …\nsomething (else)`)).toEqual(cause);
    expect(signatureOf(`Test failure: ${name}`)).toEqual(cause);
  }
  const odd = [
    'osd.3 reached maximum tries (4) after waiting for 5 seconds',
    'cluster [WRN] 1',
    'valgrind 1.1',
    'a (b) c',
  ];
  for (const name of odd) expect(causeOf(generic, null, [name])).toMatchObject({ kind: 'test', title: name });
});

test('the cause of a reason that names one of the failed cases among other words is that case', () => {
  const unit = (name: string) =>
    `Command failed (s3 tests against rgw) on smithi001 with status 1: 'FAILURE: Test \`${name}\` of \`s3.Test\`. Reason: dark.'`;
  expect(causeOf(unit('test_b'), null, ['test_a (s3.Test)', 'test_b (s3.Test)'])).toEqual(
    caseCause('test_b (s3.Test)'),
  );
  expect(causeOf(unit('test_c'), null, ['test_a (s3.Test)'])).toEqual(signatureOf(unit('test_c')));
  const several = 'Test failure: test_a (t.A), test_b (t.A)';
  expect(causeOf(several, null, ['test_b (t.A)'])).toEqual(caseCause('test_b (t.A)'));
});
