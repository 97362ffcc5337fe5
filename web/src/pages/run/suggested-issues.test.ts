import { expect, test } from 'vitest';
import { aDecision } from '../../../../test/helpers/dashboard.ts';
import { suggestedIssues } from './suggested-issues.ts';

const issue = (number: number) => `https://tracker.example/issues/${number}`;
const listed = (cause: string, number: number, given = {}) => ({
  ...aDecision({ cause, title: `cause ${cause}`, issue_url: issue(number), scope_of: 'squid', ...given }),
  ...{ replaced: false, scattered: [], ...given },
});

test('issues of the same cause come first, then those of the run, then others, without what was taken back', () => {
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
