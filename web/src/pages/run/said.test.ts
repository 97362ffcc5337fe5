import { expect, test } from 'vitest';
import { aVerdict } from '../../../../test/helpers/dashboard.ts';
import { shortSaid } from './said.ts';

const run = { id: 'r', name: 'r', suite: 'rados', branch: 'main', sha1: null, scheduled: 0 };
const count = { k: 1, n: 2 };
const blame = { facets: [['rados/thrash'], ['os=rocky', 'x']], with: count, without: count, runs: 1, p: 0 };
const outage = { jobs: 40, hits: 12, hit: [], from: 0, to: 1 };
const numbers = { c: 5, m: 7, k: 2, n: 400, runs: 17, runs_with: 2 };

test.each([
  [{ verdict: 'NEW', k: 0 }, '5 of 7 here, 0 of 400 before'],
  [{ verdict: 'ROSE' }, '5 of 7 here, 2 of 400 before'],
  [{ verdict: 'UNSEEN', k: 0, c: 1 }, '1 of 7 here, 0 of 400 before'],
  [{ verdict: 'SINCE', since: { run, k: 38, n: 138 } }, '2 of 400 before, 38 of 138 since'],
  [{ verdict: 'FLAKY' }, '2 of 400 in 17 runs, 0.5 %'],
  [{ verdict: 'KNOWN' }, 'in 2 of 17 runs, 2 of 400 jobs'],
  [{ verdict: 'INFRA' }, '5 of 7 jobs, the lab'],
  [{ verdict: 'INFRA', outage }, '5 of 7 here, 12 of 40 in other runs then'],
  [{ verdict: 'NEW', k: 0, blame }, '5 of 7 here, 0 of 400 before · rados/thrash and rocky = x'],
] as const)('%j is said in a row as "%s"', (given, expected) => {
  expect(shortSaid(aVerdict('x', { ...numbers, ...given } as Parameters<typeof aVerdict>[1]))).toBe(expected);
});
