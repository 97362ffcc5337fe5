import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VerdictName } from '../verdicts/verdict.ts';
import {
  believed,
  type Decision,
  decisionScopes,
  isIssue,
  issueName,
  placeOf,
  reaches,
  reachOf,
  usualScope,
} from './decision.ts';
import { type Candidate, follower, type Move, type Seen, standingAfter, standingOf } from './standing.ts';

const bases = ['main', 'squid', 'reef'];
const aDecision = (given: Partial<Candidate> = {}): Candidate => ({
  ...{ id: 1, cause: 'c', version: 2, kind: 'command', title: 'a cause', class: 'product bug', issue_url: null },
  ...{ note: '', scope: 'everywhere', scope_of: null, run: 'r', author: 'ana', verified: false, created: 100 },
  ...{ replaces: null, until: null, withdrawn_by: null, withdrawn_at: null, replaced: false },
  ...given,
});
const run = { ...placeOf({ name: 'r', branch: 'wip-ana-squid' }, bases), scheduled: 1000 };
const idOf = (candidates: Candidate[], line: Seen[] | null = null) =>
  standingOf(candidates, run, line).decision?.id ?? null;

describe('a decision reaches', () => {
  const names = fc.constantFrom(
    'main',
    'squid',
    'reef',
    'wip-a',
    'wip-b',
    'wip-a-squid',
    'wip-b-squid',
    'squid-ana',
    '',
  );
  const runs = fc.record({ name: fc.constantFrom('one', 'two', 'three'), branch: names });

  test('only runs in its scope, and never a base from a branch', () => {
    fc.assert(
      fc.property(fc.constantFrom(...decisionScopes), runs, runs, (scope, made, other) => {
        const reach = reachOf(scope, placeOf(made, bases));
        if (typeof reach === 'string') return made.branch === '';
        const place = placeOf(other, bases);
        const isReached = reaches(reach, place);
        // The rule in the words of the specification.
        const family = (branch: string) => bases.find((base) => branch.split('-').includes(base)) ?? 'main';
        const expected = {
          run: made.name === other.name,
          branch: made.branch === other.branch,
          base: family(made.branch) === family(other.branch),
          everywhere: true,
        }[scope];
        return isReached === expected;
      }),
    );
  });

  test('the base branch of its run by default, and only the branch if the branch has caused the failure', () => {
    expect(usualScope('product bug', run)).toBe('base');
    expect(usualScope('caused by this branch', run)).toBe('branch');
    expect(usualScope('infra', { branch: '' })).toBe('run');
    expect(reachOf('base', run)).toEqual({ scope: 'base', scope_of: 'squid' });
  });
});

describe('of several decisions', () => {
  test('the narrowest applies, and the latest of equally narrow ones', () => {
    const branch = aDecision({ id: 2, scope: 'branch', scope_of: run.branch });
    const base = aDecision({ id: 4, scope: 'base', scope_of: 'squid' });
    expect(idOf([aDecision({ id: 5 }), base, aDecision({ id: 3, scope: 'base', scope_of: 'squid' })])).toBe(4);
    expect(idOf([base, branch, aDecision({ id: 9, scope: 'branch', scope_of: 'other' })])).toBe(2);
    expect(idOf([base, branch, aDecision({ id: 1, scope: 'run', scope_of: 'r' })])).toBe(1);
  });

  test('none applies that was withdrawn, replaced, or ended before the run was scheduled', () => {
    expect(idOf([aDecision({ id: 2, withdrawn_at: 200 }), aDecision()])).toBe(1);
    expect(idOf([aDecision({ replaced: true })])).toBe(null);
    expect(idOf([aDecision({ until: 999 })])).toBe(null);
    expect(idOf([aDecision({ until: 1000 })])).toBe(1);
  });
});

test('the effect of an added decision is the same as after reading all decisions, or is reported as unknown', () => {
  const scopes = fc.constantFrom<Partial<Candidate>>(
    { scope: 'run', scope_of: 'r' },
    { scope: 'branch', scope_of: run.branch },
    { scope: 'base', scope_of: 'squid' },
    { scope: 'everywhere', scope_of: null },
    { scope: 'branch', scope_of: 'another' },
  );
  const one = fc.record({ reach: scopes, until: fc.constantFrom(null, 999, 1000) });
  let unknown = 0;
  fc.assert(
    fc.property(fc.array(one, { maxLength: 4 }), one, fc.boolean(), (earlier, last, doesReplace) => {
      const candidates = earlier.map(({ reach, until }, at) => aDecision({ id: at + 1, until, ...reach }));
      const before = standingOf(candidates, run, null).decision;
      const replaces = doesReplace ? (before?.id ?? null) : null;
      const made = aDecision({ id: 9, until: last.until, replaces, ...last.reach });
      const after = standingAfter(before, made, run);
      if (after === undefined) return unknown++ >= 0;
      const others = candidates.map((other) => ({ ...other, replaced: other.id === replaces }));
      return standingOf([...others, made], run, null).decision?.id === after?.id;
    }),
    { numRuns: 500, seed: 1 },
  );
  expect(unknown).toBeLessThan(150);
});

describe('a cause that comes back', () => {
  const line = (...had: number[]): Seen[] =>
    had.map((one, at) => ({ scheduled: 200 + at, had: one === 1, isBaseline: true }));
  const absent = (runs: number) => Array.from({ length: runs }, () => 0);

  test('after 20 runs of the baseline without it is undecided again, and names its earlier decision', () => {
    const known = aDecision({ issue_url: 'https://tracker.ceph.com/issues/61233' });
    expect(idOf([known], line(1, ...absent(19)))).toBe(1);
    expect(standingOf([known], run, line(1, ...absent(23)))).toEqual({
      decision: null,
      past: 'was #61233, absent for 23 runs, back',
    });
    expect(standingOf([aDecision()], run, line(...absent(20), 1, 0)).past).toContain('was product bug, absent for 20');
  });

  test('stays decided if the decision is more recent, or if a run of its own branch had it', () => {
    expect(idOf([aDecision({ created: 215 })], line(1, ...absent(23)))).toBe(1);
    expect(idOf([aDecision({ created: 2000 })], line(1, ...absent(23)))).toBe(1);
    const own = { scheduled: 212.5, had: true, isBaseline: false };
    expect(
      idOf(
        [aDecision()],
        [
          ...line(...absent(13)),
          own,
          ...absent(12).map((_, at) => ({ scheduled: 300 + at, had: false, isBaseline: true })),
        ],
      ),
    ).toBe(1);
    const others = absent(30).map((_, at) => ({ scheduled: 200 + at, had: false, isBaseline: false }));
    expect(idOf([aDecision()], others)).toBe(1);
    expect(idOf([aDecision()], null)).toBe(1);
  });
});

describe('after a change of rules, a decision', () => {
  const move = (old: string, cause: string, jobs: number): Move => ({ old, cause, jobs });

  test.each<[string, Move[], string[], string[]]>([
    ['stays if no job moved', [], ['a'], []],
    ['follows all jobs', [move('a', 'b', 3)], ['a', 'b'], []],
    ['follows four fifths of the jobs', [move('a', 'b', 8), move('a', 'c', 2)], ['a', 'b'], []],
    ['needs a look if the jobs are scattered', [move('a', 'b', 7), move('a', 'c', 3)], ['a'], ['b', 'c']],
    [
      'is followed through later changes',
      [move('a', 'b', 1), move('b', 'c', 9), move('c', 'd', 5), move('c', 'e', 5)],
      ['a', 'b', 'c'],
      ['d', 'e'],
    ],
    ['does not go round in circles', [move('a', 'b', 1), move('b', 'a', 1)], ['a', 'b'], []],
  ])('%s', (_, moves, causes, scattered) => {
    expect(follower(moves)('a')).toEqual({ causes, scattered });
  });
});

test.each([
  ['https://tracker.ceph.com/issues/61233', '#61233'],
  ['https://github.com/ceph/ceph/pull/12/', '#12'],
  ['http://bugs.example/show_bug.cgi?id=77', '#77'],
  ['https://wiki.example/known', 'wiki.example/known'],
])('the short name of %s is %s', (url, name) => {
  expect([isIssue(url), issueName(url)]).toEqual([true, name]);
});

test.each([
  '',
  '61233',
  'javascript:alert(1)',
  'https://',
  'https:///x',
  'http://a b',
  'ftp://x/1',
  `https://x/${'1'.repeat(500)}`,
])('%s is not the URL of an issue', (text) => {
  expect(isIssue(text)).toBe(false);
});

test.each<[VerdictName, 'product' | 'unclear', string, Decision['class']]>([
  ['INFRA', 'product', 'main', 'infra'],
  ['FLAKY', 'product', 'main', 'known flaky'],
  ['KNOWN', 'unclear', 'wip-a', 'known flaky'],
  ['NEW', 'product', 'wip-a', 'caused by this branch'],
  ['NEW', 'product', 'main', 'product bug'],
  ['SINCE', 'product', 'wip-a', 'product bug'],
  ['ROSE', 'unclear', 'main', 'unclear'],
  ['UNSEEN', 'product', 'wip-a', 'unclear'],
])('%s of class %s on %s is proposed as %3$s', (verdict, kind, branch, expected) => {
  expect(believed({ verdict, class: kind }, { branch, base: 'main' })).toBe(expected);
});
