import { describe, expect, test } from 'vitest';
import { aDecision } from '../../../../test/helpers/dashboard.ts';
import { type Compared, compareRows, decidedInEither, durationChange, toggledChanges } from './rows.ts';

type Side = NonNullable<Compared['a']>;

const side = (job_id: string, status: Side['status'], cause?: string, duration: number | null = null): Side => ({
  job_id,
  status,
  duration,
  signature: cause === undefined ? null : { id: cause, kind: 'command', title: `cause ${cause}`, class: 'unclear' },
  case_causes: [],
});

const rows: Compared[] = [
  { description: 's/{a x/1}', change: 'new_fail', a: null, b: side('1', 'fail') },
  { description: 's/{a x/2}', change: 'still', a: side('2', 'fail', 'p'), b: side('2', 'dead', 'q') },
  { description: 's/{a x/3}', change: 'fixed', a: side('3', 'fail', 'p'), b: side('3', 'pass') },
  { description: 's/{a x/4}', change: 'regression', a: side('4', 'pass'), b: side('4', 'fail', 'p') },
];

describe('two runs are compared', () => {
  const read = (closed: string[]) =>
    compareRows(rows, new Set(closed)).map((row) =>
      row.kind === 'group' ? `${row.title}: ${row.inA} in A, ${row.inB} in B` : row.facets,
    );

  test('by cause, the most frequent one first, jobs without a cause last, with the differences of their descriptions', () => {
    expect(read([])).toEqual([
      'cause p: 2 in A, 1 in B',
      'x=3',
      'x=4',
      'cause q: 0 in A, 1 in B',
      'x=2',
      'No failure reason: 0 in A, 1 in B',
      'x=1',
    ]);
  });

  test('without the jobs of closed causes', () => {
    expect(read(['p', ''])).toEqual([
      'cause p: 2 in A, 1 in B',
      'cause q: 0 in A, 1 in B',
      'x=2',
      'No failure reason: 0 in A, 1 in B',
    ]);
  });

  test('with all jobs of a cause, including those whose change is not shown', () => {
    const shown = rows.filter(({ change }) => change === 'regression');
    const [head] = compareRows(shown, new Set(), rows);
    expect(head).toMatchObject({ title: 'cause p', inA: 2, inB: 1 });
  });

  test('with a key of its own for each row', () => {
    const keys = compareRows(rows, new Set()).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('durations are compared when both are known', () => {
  const both = { ...rows[1]!, a: side('1', 'pass', undefined, 100), b: side('1', 'pass', undefined, 160) };
  expect(durationChange(both)).toBe(60);
  expect(durationChange(rows[0]!)).toBeNull();
});

test('a click on a kind of change adds or removes it, in the fixed order', () => {
  expect(toggledChanges(['fixed'], 'regression')).toEqual(['regression', 'fixed']);
  expect(toggledChanges(['regression', 'fixed'], 'fixed')).toEqual(['regression']);
  expect(toggledChanges(['none'], 'gone')).toEqual(['gone']);
});

const none = { decision: null, past: null };
const infra = { decision: aDecision({ class: 'infra' }), past: null };
const bug = { decision: aDecision({ class: 'product bug', author: 'bob' }), past: null };

test('decisions in both runs are shown once if they are the same, otherwise with their run', () => {
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
