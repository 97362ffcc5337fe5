import { describe, expect, test } from 'vitest';
import { parseQuery } from './query.ts';
import { jobMatcher, type MatchableJob } from './query-match.ts';
import { readValue, spanReader, valueBounds } from './query-value.ts';

const now = Date.UTC(2026, 10, 24, 12);
const clock = { now, zone: 'UTC' };
const hour = 3_600_000;

const full: MatchableJob = {
  status: 'fail',
  job_id: '8600017',
  description: 'rados/thrash/{clusters/{fixed-2 openstack} objectstore/bluestore-comp}',
  failure_reason: 'Command failed on smithi080 with status 1: READ error',
  error: 'Error EINVAL: no LAMP',
  os: 'rocky 9.6',
  nodes: ['smithi080', 'smithi101'],
  suite: 'rados',
  branch: 'wip-A',
  user: 'teuthology',
  machine_type: 'smithi',
  flavor: 'default',
  sha1: '936071dfaaaa',
  priority: 100,
  duration: 7200.5,
  wait: 600,
  tasks: ['install', 'workunit'],
  roles: ['mon.a', 'client.0'],
  scheduled: Date.UTC(2026, 10, 20, 9, 30, 15),
  started: now - hour,
  updated: now - 60_000,
  signature: { id: '4f2a00bc', kind: 'command', title: 'Command failed → status 1' },
  case_causes: [{ id: 'c0ffee00', kind: 'test', title: 'test_wick (tasks.Lamps)' }],
  traits: new Set(['new']),
};

const empty: MatchableJob = {
  status: 'queued',
  job_id: '1',
  description: null,
  failure_reason: null,
  error: null,
  os: null,
  nodes: [],
  suite: null,
  branch: null,
  user: null,
  machine_type: null,
  flavor: null,
  sha1: null,
  priority: null,
  duration: null,
  wait: 600,
  tasks: ['install', 'workunit'],
  roles: ['mon.a', 'client.0'],
  scheduled: null,
  started: null,
  updated: null,
  signature: null,
  case_causes: [],
  traits: new Set(),
};

const matches = (text: string, job = full) => {
  const { query, problems } = parseQuery(text, 'jobs');
  expect(problems).toEqual([]);
  return jobMatcher(query, clock)(job);
};

// Each line: filters that match the full job | filters that do not.
const EXAMPLES = `
status    | status:fail s:fail,dead s:f* s:FA* s:FAIL                    | s:dead s:d*
job       | job:8600017 job:86* job:2,8600017                            | job:860 job:none
suite     | suite:rados suite:RAD* suite:rbd,r*s                         | suite:Rados suite:rad suite:none suite:">a"
branch    | branch:wip-A branch:WIP-* branch:"wip-A"                     | branch:wip-a branch:"wip-*"
user      | user:teuthology user:*logy                                   | user:none user:teuth
machine   | m:smithi machine_type:smithi machine:s*i                     | m:mira
flavor    | flavor:default                                               | flavor:none
os        | os:rocky os:"rocky 9.6" os:rocky* os:*9.6                    | os:9.6 os:none os:centos os:rock
node      | node:smithi101 node:smithi08* node:mira1,smithi080           | node:smithi node:none
kind      | kind:command kind:com* kind:test                             | kind:crash kind:none
is        | is:new is:known,new                                          | is:known is:none
reason    | reason:"read ERROR" reason:status reason:*READ* reason:command* | reason:*read reason:none reason:passed
cause     | cause:4f2a sig:4F2A cause:4f2a00bc cause:*bc cause:c0ffee    | cause:f2a cause:none cause:4f2b
text      | text:lamp text:"read error" text:*EINVAL* text:test_WICK | text:none text:passed
sha1      | sha1:9360 sha1:936071DF sha1:9*a                             | sha1:6071 sha1:none
facet     | f:openstack f:clusters=fixed-2 f:objectstore=blue* f:bluestore* f:Clusters=* | f:fixed f:clusters f:none f:=fixed-2
priority  | prio:100 prio:>99 prio:<101 prio:50..100 prio:..100 prio:100.. | prio:99 prio:>100 prio:<100 prio:none prio:-5 prio:1..99
duration  | dur:>1h dur:>7199 dur:2h dur:2h..2h dur:<7201 dur:1h59m..    | dur:>2h dur:<2h dur:none
scheduled | scheduled:2026-11-20 scheduled:2026-11-20T09:30 scheduled:2026-11-20T09:30:15 scheduled:2026-11-20.. scheduled:..2026-11-20 scheduled:>2026-11-19 scheduled:<2026-11-21 scheduled:2026-11-18..2026-11-20 scheduled:1w scheduled:2026-11-20T11:30+02:00 | scheduled:>2026-11-20 scheduled:<2026-11-20 scheduled:2026-11-20T09:31 scheduled:2026-11-20T09:30:14 scheduled:none scheduled:2d scheduled:today scheduled:2026-11-20T09:30+02:00
started   | started:>-2h started:<-30m started:-1h.. started:2h started:today                     | started:>-59m started:<-1h started:none
updated   | updated:>-1h updated:-5m..-1s                                | updated:>-59s updated:none
words     | READ "read error" smithi101 8600017 9.6 test_wick fixed-2 "-2" r*r smi*080 | teuthology wip "read  error" "r*r" r*q 86*rados
`;

const examples = EXAMPLES.trim()
  .split('\n')
  .map((line) => line.split(' | ').map((part) => part.trim()))
  .map(([key = '', found = '', missed = '']) => ({ key, found: terms(found), missed: terms(missed) }));

function terms(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

describe('a job is matched, and not matched by the negated filter', () => {
  test.each(examples)('by $key', ({ found, missed }) => {
    expect(found.filter((text) => !matches(text))).toEqual([]);
    expect(missed.filter((text) => matches(text))).toEqual([]);
    expect(found.filter((text) => matches(`-${text}`))).toEqual([]);
    expect(missed.filter((text) => !matches(`-${text}`))).toEqual([]);
  });

  test('only if all terms match', () => {
    expect(matches('s:fail suite:rados "read error"')).toBe(true);
    expect(matches('s:fail suite:rados -"read error"')).toBe(false);
    expect(matches('')).toBe(true);
  });
});

describe('a job without values', () => {
  const keys = examples
    .map(({ found }) => /^(\w+):/.exec(found[0] ?? '')?.[1])
    .filter((key) => key !== undefined && key !== 'status');

  test.each(keys)('is matched by %s:none, unless the key is always set', (key) => {
    expect(matches(`${key}:none`, empty)).toBe(key !== 'job');
  });

  test('is matched by nothing else', () => {
    for (const { found } of examples) {
      expect(found.filter((text) => matches(text, empty))).toEqual([]);
    }
  });

  test('can have empty texts', () => {
    const blank = {
      ...empty,
      description: '',
      failure_reason: '',
      suite: '',
      sha1: '',
      signature: { id: '', kind: '', title: '' },
    };
    for (const key of ['f', 'reason', 'suite', 'sha1', 'cause']) expect(matches(`${key}:none`, blank)).toBe(true);
  });
});

describe('a value', () => {
  const number = spanReader('number', clock);
  const day = spanReader('time', clock);
  const at = (date: number) => Date.UTC(2026, 10, date);

  test.each([
    ['5', 5, 6],
    ['>5', 6, Number.POSITIVE_INFINITY],
    ['<5', Number.NEGATIVE_INFINITY, 5],
    ['5..7', 5, 8],
    ['5..', 5, Number.POSITIVE_INFINITY],
    ['..7', Number.NEGATIVE_INFINITY, 8],
  ])('%s includes from %d to before %d', (text, from, to) => {
    expect(valueBounds(readValue(text), number)).toEqual({ from, to });
  });

  test.each([
    ['2026-11-20', at(20), at(21)],
    ['>2026-11-20', at(21), Number.POSITIVE_INFINITY],
    ['<2026-11-20', Number.NEGATIVE_INFINITY, at(20)],
    ['2026-11-20..2026-11-21', at(20), at(22)],
  ])('%s includes whole days', (text, from, to) => {
    expect(valueBounds(readValue(text), day)).toEqual({ from, to });
  });

  test.each(['x', '>x', '<x', 'x..', '..x', '1..x', 'x..1', '1*', 'none'])('%s is invalid', (text) => {
    expect(valueBounds(readValue(text), number)).toBeNull();
  });
});
