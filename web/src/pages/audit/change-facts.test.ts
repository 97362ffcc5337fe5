import { expect, test } from 'vitest';
import type { AuditItem } from '../../../../src/http/api/audit.ts';
import { detailOf, whoOf } from './change-facts.ts';

function aChange(given: Partial<AuditItem>): AuditItem {
  return {
    ...{ id: 1, at: 0, name: null, verified: false, address: null, door: 'teuthology', action: 'lock', kind: 'node' },
    ...{ target: 'smithi001', before: null, after: null, request: null },
    ...given,
  };
}

test('the author of a change is the given name, or else the owner of the lock', () => {
  expect(whoOf(aChange({ name: 'worker', verified: true, after: { locked_by: 'ana' } }))).toEqual({
    name: 'worker',
    verified: true,
  });
  expect(whoOf(aChange({ after: { locked_by: 'ana' } }))).toEqual({ name: 'ana', verified: false });
  const unlocked = aChange({ action: 'unlock', before: { locked_by: 'ana' }, after: { locked_by: null } });
  expect(whoOf(unlocked)).toEqual({ name: 'ana', verified: false });
  expect(whoOf(aChange({}))).toEqual({ name: 'unknown', verified: false });
});

test('a change is described by its old and new values', () => {
  const lock = { before: { locked_by: null, description: null }, after: { locked_by: 'ana', description: 'to debug' } };
  expect(detailOf(aChange(lock))).toBe('locked_by: ana, description: to debug');
  expect(detailOf(aChange({ before: lock.after, after: { ...lock.after, locked_by: null } }))).toBe(
    'locked_by: ana → —, description: to debug',
  );
  expect(detailOf(aChange({ before: { tags: [] }, after: { tags: ['keep', 'me'] } }))).toBe('tags: keep me');
  expect(detailOf(aChange({ after: { up: false } }))).toBe('up: false');
  expect(detailOf(aChange({}))).toBe('');
});
