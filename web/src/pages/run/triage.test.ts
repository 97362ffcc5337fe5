import { describe, expect, test } from 'vitest';
import { aCause, aDecision, aPage, aVerdict } from '../../../../test/helpers/dashboard.ts';
import { failureRows } from './failure-rows.ts';
import { groupFailures } from './groups.ts';
import { jobsOf } from './jobs.ts';
import {
  bodyOf,
  draftOf,
  nextUndecided,
  placeIn,
  problemOf,
  scopesFor,
  suggestedIssues,
  withClass,
  withDecision,
  withTold,
  withVerdict,
} from './triage.ts';

const baseline = { base: 'main', bases: ['main', 'squid'], chosen: false, runs: 40, first: null, last: null };
const causes = ['a', 'b', 'c'].map((id) => aCause(id, [1]));
const page = aPage({
  run: { branch: 'wip-ana-squid' },
  baseline,
  causes,
  verdicts: [aVerdict('a', { verdict: 'NEW' }), aVerdict('b', { decision: aDecision() }), aVerdict('c')],
  jobs: causes.map(({ id }) => ({ status: 'fail', cause: id })),
});
const place = placeIn(page);

describe('a form', () => {
  test('starts with the proposed decision and its usual scope', () => {
    expect(draftOf(page.verdicts[0]!, page)).toMatchObject({ class: 'caused by this branch', scope: 'branch' });
    expect(draftOf(page.verdicts[2]!, page)).toMatchObject({ class: 'known flaky', scope: 'base', before: null });
  });

  test('starts with the current decision, and replaces it unless its scope is narrower', () => {
    const draft = draftOf(aVerdict('b', { decision: aDecision({ id: 7, note: 'n', scope: 'branch' }) }), page);
    expect(draft).toMatchObject({ class: 'product bug', note: 'n', scope: 'branch' });
    expect(bodyOf(draft, 'b', 'run', 'k')).toEqual({
      ...{ run: 'run', cause: 'b', class: 'product bug', scope: 'branch', note: 'n', key: 'k', replaces: 7 },
    });
    expect(bodyOf({ ...draft, scope: 'run' }, 'b', 'run', 'k')).not.toHaveProperty('replaces');
  });

  test('keeps the scope of a failure caused by a branch on the branch, and restores it with another class', () => {
    const usual = draftOf(page.verdicts[2]!, page);
    const narrow = withClass(usual, 'caused by this branch', place);
    expect(narrow.scope).toBe('branch');
    expect(withClass(narrow, 'infra', place).scope).toBe('base');
    expect(withClass({ ...narrow, scope: 'run' }, 'infra', place).scope).toBe('run');
    expect(scopesFor('caused by this branch', place).map(([scope]) => scope)).toEqual(['branch', 'run']);
    expect(scopesFor('infra', place)[0]).toEqual(['base', 'squid and its branches']);
  });

  test('is sent only with the URL of an issue, or without an issue', () => {
    const draft = draftOf(page.verdicts[2]!, page);
    expect(problemOf({ ...draft, issue_url: '61233' })).toContain('https://');
    expect(problemOf({ ...draft, issue_url: ' https://tracker.ceph.com/issues/61233 ' })).toBe(null);
    expect(problemOf(draft)).toBe(null);
  });
});

test('a decision is shown immediately, an issue makes the cause KNOWN, and undo restores the previous verdict', () => {
  const issue_url = 'https://tracker.ceph.com/issues/61233';
  const [first] = withDecision(page, 'a', aDecision({ issue_url })).verdicts;
  expect(first).toMatchObject({ verdict: 'KNOWN', decision: { issue_url }, sentence: '#61233: What is said of a.' });
  const other = withDecision(
    withDecision(page, 'a', aDecision({ issue_url })),
    'a',
    aDecision({ issue_url: `${issue_url}4` }),
  );
  expect(other.verdicts[0]?.sentence).toBe('#612334: What is said of a.');
  expect(withVerdict(other, page.verdicts[0]!)).toEqual(page);
});

test('decisions in events are shown immediately, and the page is read again if an event is not sufficient', () => {
  const [scope, scope_of] = ['base', 'squid'] as const;
  const made = [aDecision({ id: 5, cause: 'a', scope, scope_of }), aDecision({ id: 6, cause: 'x', scope, scope_of })];
  const told = withTold(page, { names: ['a', 'x'], made });
  expect(told?.verdicts.map(({ decision }) => decision?.id)).toEqual([5, 1, undefined]);
  const elsewhere = [aDecision({ id: 7, cause: 'a', scope, scope_of: 'main' })];
  expect(withTold(page, { names: ['a'], made: elsewhere })).toEqual(page);
  expect(withTold(page, { names: ['b'], made: [] })).toBe(null);
});

test('the keys cycle through the undecided causes in the order of the list, and then through the known ones', () => {
  const verdicts = [
    aVerdict('a', { verdict: 'NEW' }),
    aVerdict('b', { verdict: 'NEW', decision: aDecision() }),
    aVerdict('c', { verdict: 'UNSEEN' }),
    aVerdict('d', { verdict: 'FLAKY' }),
  ];
  const ids = verdicts.map(({ cause }) => cause);
  const all = aPage({
    causes: ids.map((id) => aCause(id, [1])),
    verdicts,
    jobs: ids.map((cause) => ({ status: 'fail', cause })),
  });
  const from = (id: string | null, step: 1 | -1, shown = all) => {
    const rows = failureRows(groupFailures(jobsOf(shown), shown, 'signature'), new Set(), []);
    return nextUndecided(rows, id, step)?.id ?? null;
  };
  expect([from(null, 1), from('a', 1), from('c', 1), from('b', -1), from(null, -1)]).toEqual(['a', 'c', 'a', 'c', 'c']);
  const left = ['a', 'c'].reduce((some, id) => withDecision(some, id, aDecision()), all);
  expect([from('c', 1, left), from('d', 1, left)]).toEqual(['d', null]);
  expect(nextUndecided([], 'a', 1)).toBe(null);
});

const issue = (number: number) => `https://tracker.example/issues/${number}`;
const listed = (cause: string, number: number, given = {}) => ({
  ...aDecision({ cause, title: `cause ${cause}`, issue_url: issue(number), scope_of: 'squid', ...given }),
  ...{ replaced: false, scattered: [], ...given },
});

test('issues of the same cause come first, then those of the run, then others, without withdrawn ones', () => {
  const elsewhere = [
    listed('a', 2),
    listed('a', 3, { withdrawn_at: 1 }),
    listed('a', 4, { replaced: true }),
    listed('c', 5),
    listed('d', 1),
  ];
  const here = [aDecision({ cause: 'b', title: 'cause b', issue_url: issue(1) }), aDecision({ cause: 'e' })];
  expect(suggestedIssues('a', here, elsewhere)).toEqual([
    { url: issue(2), why: '#2 product bug on squid, by ana', isSame: true },
    { url: issue(1), why: '#1 cause b', isSame: false },
    { url: issue(5), why: '#5 cause c', isSame: false },
  ]);
});
