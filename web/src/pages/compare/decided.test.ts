import { expect, test } from 'vitest';
import { aDecision } from '../../../../test/helpers/dashboard.ts';
import { decidedInEither } from './decided.ts';

const none = { decision: null, past: null };
const infra = { decision: aDecision({ class: 'infra' }), past: null };
const bug = { decision: aDecision({ class: 'product bug', author: 'bob' }), past: null };

test('what was decided in either run is said once if it is the same, and else of which run it is', () => {
  expect([
    decidedInEither(infra, infra),
    decidedInEither(undefined, bug),
    decidedInEither(infra, undefined),
    decidedInEither(infra, none),
    decidedInEither(infra, bug),
    decidedInEither({ ...none, past: 'was infra, absent for 20 runs, back' }, none),
    decidedInEither(none, none),
    decidedInEither(undefined, undefined),
  ]).toEqual([
    'infra · ana',
    'product bug · bob',
    'infra · ana',
    'A: infra · ana',
    'A: infra · ana; B: product bug · bob',
    'A: was infra, absent for 20 runs, back',
    '',
    '',
  ]);
});
