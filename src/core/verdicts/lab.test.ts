import { expect, test } from 'vitest';
import { countAround, judgeNodes, type NodeFailure, outageOf, outageWindow } from './lab.ts';

const nodes = Array.from({ length: 40 }, (_, n) => `n${n}`);
const hour = 3_600_000;

/** 100 jobs on each node, five an hour. */
function suspects(failures: NodeFailure[]): string[] {
  const history = {
    failures: failures.toSorted((a, b) => a.start - b.start),
    jobs: new Map(nodes.map((node) => [node, 100])),
    started: (from: number, to: number) => ((to - from) / hour) * 5,
  };
  return judgeNodes(history).suspects.map(({ node }) => node);
}

const failures = (count: number, of: string[], cause = 'ssh', every = 5 * hour): NodeFailure[] =>
  Array.from({ length: count }, (_, n) => ({ start: n * every, nodes: of, cause }));
const everywhere = nodes.map((node, n) => ({ start: (n + 0.5) * 7 * hour, nodes: [node], cause: `ssh${n % 3}` }));

test('a node that fails more often than the others is suspect', () => {
  expect(suspects([...everywhere, ...failures(8, ['n7'])])).toEqual(['n7']);
  expect(suspects([...everywhere, ...failures(9, ['n7']), ...failures(7, ['n9'])])).toEqual(['n7', 'n9']);
});

test('three failures are too few, and evenly spread failures make no node suspect', () => {
  expect(suspects([...failures(3, ['n7'])])).toEqual([]);
  expect(suspects([...failures(4, ['n7'])])).toEqual(['n7']);
  expect(suspects([...everywhere, ...everywhere, ...everywhere, ...everywhere, ...everywhere])).toEqual([]);
});

test('a node is not suspect for failures that a suspect node explains', () => {
  expect(suspects([...failures(8, ['n7']), ...failures(4, ['n7', 'n8'], 'dead')])).toEqual(['n7']);
});

test('a burst of one cause is not the fault of the node', () => {
  expect(suspects(failures(8, ['n7'], 'ssh', hour / 10))).toEqual([]);
  expect(suspects(failures(5, ['n7'], 'ssh', hour / 10))).toEqual(['n7']);
});

const job = (suite: string, branch: string, start: number, cause: string | null = null) => ({
  suite,
  branch,
  start,
  cause,
});

test('jobs are counted by suite and branch within an hour of the median one', () => {
  const window = outageWindow([5 * hour, 9 * hour, 6 * hour]);
  expect(window).toEqual({ from: 5 * hour, to: 7 * hour });
  const jobs = [
    ...[job('a b', 'c', 5 * hour, 'x'), job('a b', 'c', 6 * hour), job('a', 'b c', 7 * hour, 'x')],
    ...[job('a', 'b c', 5 * hour - 1, 'x'), job('a', 'b c', 7 * hour + 1, 'x')],
  ];
  expect(countAround('x', window, jobs)).toEqual([
    { suite: 'a b', branch: 'c', jobs: 2, hits: 1 },
    { suite: 'a', branch: 'b c', jobs: 1, hits: 1 },
  ]);
});

test.each([
  [
    'three hits in two suites and branches',
    [
      ['s', 'b', 6, 2],
      ['t', 'c', 4, 1],
    ],
    { jobs: 10, hits: 3 },
  ],
  [
    'two hits',
    [
      ['s', 'b', 6, 1],
      ['t', 'c', 4, 1],
    ],
    null,
  ],
  [
    'less than a fifth',
    [
      ['s', 'b', 16, 2],
      ['t', 'c', 4, 1],
    ],
    null,
  ],
  [
    'one suite',
    [
      ['s', 'b', 6, 2],
      ['s', 'c', 4, 1],
    ],
    null,
  ],
  [
    'one branch',
    [
      ['s', 'main', 6, 2],
      ['t', 'main', 4, 1],
    ],
    null,
  ],
] as const)('of %s: %j', (_, around, expected) => {
  const given = around.map(([suite, branch, jobs, hits]) => ({ suite, branch, jobs, hits }));
  const outage = outageOf({ suite: 's', branch: 'main' }, [0], given, ['main', 'squid']);
  if (expected === null) expect(outage).toBeNull();
  else expect(outage).toMatchObject(expected);
});

test('an outage of one suite must hit two bases, and nearly all jobs of the run at that time', () => {
  const outage = (branch: string, starts: number[]) =>
    outageOf({ suite: 's', branch: 'main' }, starts, [{ suite: 's', branch, jobs: 6, hits: 5 }], ['main', 'squid']);
  expect(outage('wip-x-squid', [0, 1, 2, 3])).toMatchObject({ jobs: 6, hits: 5 });
  expect(outage('wip-x', [0, 1, 2, 3])).toBeNull();
  expect(outage('squid', [0, 1, 2, 3, 9 * hour])).not.toBeNull();
  expect(outage('squid', [-4 * hour, 0, 1, 2, 3, 4 * hour])).toBeNull();
});
