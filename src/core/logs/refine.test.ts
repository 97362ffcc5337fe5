import { expect, test } from 'vitest';
import { signatureOf } from '../signature.ts';
import { evidenceOf, type FoundError, refined } from './refine.ts';

const generic = signatureOf("Command failed on smithi001 with status 22: 'sudo ceph lamp on'");
const crash: FoundError = { kind: 'crash', error: 'src/Lamp.cc: 1: FAILED ceph_assert(lit)', sure: true };

test('a reason that says nothing gets the cause of the error, and different errors are different causes', () => {
  expect(refined(generic, crash)).toEqual(signatureOf(crash.error));
  const one = refined(generic, { kind: 'command', error: 'Error EINVAL: no lamp 3', sure: true });
  const other = refined(generic, { kind: 'command', error: 'Error ENOENT: no oil', sure: true });
  expect(one).toMatchObject({ kind: 'command', title: 'ceph lamp on → status 22: Error EINVAL: no lamp <n>' });
  expect(other?.id).not.toBe(one?.id);
  expect(refined(null, crash)).toEqual(signatureOf(crash.error));
  expect(refined(null, { kind: 'command', error: 'Error EINVAL: no lamp', sure: true })?.title).toBe(
    'Error EINVAL: no lamp',
  );
  expect(refined(signatureOf("Command crashed: 'ceph_test_lamps'"), crash)).toEqual(signatureOf(crash.error));
});

test('a reason that says what failed stays, and so does one whose log leaves doubts', () => {
  const telling = signatureOf('Test failure: test_a (tasks.t.TestA)');
  expect(refined(telling, crash)).toBe(telling);
  expect(refined(generic, { ...crash, sure: false })).toBe(generic);
  expect(refined(generic, { kind: 'none', error: '', sure: false })).toBe(generic);
  expect(refined(generic, null)).toBe(generic);
});

test('a failed test case comes before everything but a crash', () => {
  const command: FoundError = { kind: 'command', error: 'Error EINVAL: no lamp', sure: true };
  expect(refined(generic, evidenceOf(command, 'test_a (t.A)'))).toMatchObject({ kind: 'test', title: 'test_a (t.A)' });
  expect(refined(generic, evidenceOf(crash, 'test_a (t.A)'))?.kind).toBe('crash');
  expect(refined(generic, evidenceOf(null, 'lamp test'))).toMatchObject({ kind: 'test', title: 'lamp test' });
});
