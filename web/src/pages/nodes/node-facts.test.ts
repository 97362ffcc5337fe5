import { describe, expect, test } from 'vitest';
import { noJobs } from '../../../../src/core/run.ts';
import type { NodeItem } from '../../../../src/http/api/lab.ts';
import {
  excessText,
  filterNodes,
  infraText,
  nodeResults,
  nodeState,
  noteOf,
  owners,
  rateText,
  stateCounts,
  summary,
} from './node-facts.ts';

const node = (
  name: string,
  { results, ...given }: Partial<Omit<NodeItem, 'results'>> & { results?: Partial<NodeItem['results']> } = {},
): NodeItem => ({
  name,
  machine_type: 'smithi',
  up: true,
  locked: false,
  locked_by: null,
  locked_since: null,
  os_type: null,
  os_version: null,
  arch: null,
  description: null,
  running: null,
  infra: { failures: 0, jobs: 0 },
  suspect: null,
  ...given,
  results: { ...noJobs(), ...results },
});

describe('a node', () => {
  test.each([
    [{ up: true, locked: false }, 'free'],
    [{ up: true, locked: true }, 'locked'],
    [{ up: null, locked: true }, 'locked'],
    [{ up: null, locked: false }, 'unknown'],
    [{ up: false, locked: true }, 'down'],
    [{ up: false, locked: false }, 'down'],
  ] as const)('with %j is %s', (given, state) => {
    expect(nodeState(node('n', given))).toBe(state);
  });

  test('has a note without the folder of the archive', () => {
    expect(noteOf(node('n', { description: '/home/t/archive/run-1/17' }))).toBe('run-1/17');
    expect(noteOf(node('n', { description: 'broken disk' }))).toBe('broken disk');
    expect(noteOf(node('n'))).toBe('');
  });
});

test('the lab is summarized in a line', () => {
  const nodes = [node('1'), node('2', { locked: true }), node('3', { locked: true }), node('4', { up: false })];
  expect(stateCounts(nodes)).toEqual({ free: 1, locked: 2, down: 1, unknown: 0 });
  expect(summary(nodes)).toBe('4 nodes: 1 free · 2 locked · 1 down');
  expect([summary([]), summary(nodes.slice(0, 1))]).toEqual(['0 nodes', '1 node: 1 free']);
});

test('nodes are ordered by their failures above the average of their machine type', () => {
  const nodes = [
    node('smithi10', { results: { pass: 10 } }),
    node('smithi9', { results: { pass: 10 } }),
    node('smithi1', { results: { fail: 3, dead: 1, pass: 6, running: 5 } }),
    node('gibba1', { machine_type: 'gibba', results: { fail: 9, pass: 1 } }),
    node('new', { machine_type: 'mira' }),
  ];
  const results = nodeResults(nodes);
  expect(results.map(({ node: { name }, excess }) => `${name} ${excessText(excess)}`)).toEqual([
    'smithi1 +2.7',
    'gibba1 0',
    'new 0',
    'smithi9 −1.3',
    'smithi10 −1.3',
  ]);
  expect(results.map(rateText)).toEqual(['40 %', '90 %', '–', '0 %', '0 %']);
});

test('suspect nodes come first, then those with the most infra failures', () => {
  const suspect = (p: number) => ({
    sentence: '',
    failures: 4,
    jobs: 9,
    others: { failures: 1, jobs: 90 },
    p,
    causes: [],
  });
  const nodes = [
    node('often', { infra: { failures: 3, jobs: 90 }, results: { fail: 9, pass: 1 } }),
    node('bad', { infra: { failures: 4, jobs: 9 }, suspect: suspect(0.0001) }),
    node('worst', { infra: { failures: 4, jobs: 5 }, suspect: suspect(0.00001) }),
    node('well', { infra: { failures: 0, jobs: 9 } }),
    node('idle'),
  ];
  const results = nodeResults(nodes);
  expect(results.map(({ node: { name }, infra }) => `${infra} ${name}`)).toEqual([
    '5 worst',
    '4 bad',
    '3 often',
    '2 idle',
    '1 well',
  ]);
  expect(results.map(infraText)).toEqual(['4 of 5', '4 of 9', '3 of 90', '–', '0 of 9']);
});

test('locks are counted by owner and machine type; old locks without a job are stale', () => {
  const now = Date.UTC(2026, 10, 25);
  const locked = (name: string, locked_by: string | null, hours: number, given: Partial<NodeItem> = {}) =>
    node(name, { locked: true, locked_by, locked_since: now - hours * 3_600_000, ...given });
  const running = { run: 'r', job_id: '1' };
  const nodes = [
    locked('1', 'ann', 25),
    locked('2', 'ann', 30, { running }),
    locked('3', 'ann', 1),
    locked('4', 'ann', 1, { machine_type: 'gibba' }),
    locked('5', null, 1),
    node('6'),
  ];
  expect(owners(nodes, now)).toEqual([
    { owner: 'ann', machineType: 'smithi', locked: 3, idle: 2, oldest: now - 30 * 3_600_000, stale: 1 },
    { owner: 'ann', machineType: 'gibba', locked: 1, idle: 1, oldest: now - 3_600_000, stale: 0 },
    { owner: 'unknown', machineType: 'smithi', locked: 1, idle: 1, oldest: now - 3_600_000, stale: 0 },
  ]);
});

test('nodes are found by words in their properties', () => {
  const nodes = [
    node('smithi001', { locked: true, locked_by: 'Ann@host', description: 'bad disk' }),
    node('smithi002', { os_type: 'rocky', os_version: '10' }),
    node('gibba001', { machine_type: 'gibba', up: false }),
  ];
  const found = (words: string) => filterNodes(nodes, words).map(({ name }) => name);
  expect(found('')).toHaveLength(3);
  expect(found('ann DISK')).toEqual(['smithi001']);
  expect(found('rocky 10 free')).toEqual(['smithi002']);
  expect(found('down')).toEqual(['gibba001']);
  expect(found('smithi gibba')).toEqual([]);
});
