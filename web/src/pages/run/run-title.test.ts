import { expect, test } from 'vitest';
import { aRun } from '../../../../test/helpers/dashboard.ts';
import { runTitle } from './run-title.ts';

test.each<[Parameters<typeof aRun>[0], string]>([
  [{ counts: { fail: 47, dead: 13 }, status: 'finished fail' }, '47✕ 13† rados @main'],
  [{ counts: { dead: 1, running: 2 }, status: 'running' }, '1† rados @main'],
  [{ counts: { pass: 2 } }, '✓ rados @main'],
  [{ counts: { queued: 2 }, status: 'queued' }, 'queued rados @main'],
])('%j is named %s', (run, title) => {
  expect(runTitle(aRun(run))).toBe(title);
});
