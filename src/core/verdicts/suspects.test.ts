import { expect, test } from 'vitest';
import { type NodeFailure, suspectNodes } from './suspects.ts';

const nodes = Array.from({ length: 40 }, (_, n) => `n${n}`);
const hour = 3_600_000;

/** 100 jobs on each node, five an hour. */
function suspects(failures: NodeFailure[]): string[] {
  const history = {
    failures: failures.toSorted((a, b) => a.start - b.start),
    jobs: new Map(nodes.map((node) => [node, 100])),
    started: (from: number, to: number) => ((to - from) / hour) * 5,
  };
  return suspectNodes(history).map(({ node }) => node);
}

const failures = (count: number, of: string[], cause = 'ssh', every = 5 * hour): NodeFailure[] =>
  Array.from({ length: count }, (_, n) => ({ start: n * every, nodes: of, cause }));
const everywhere = nodes.map((node, n) => ({ start: (n + 0.5) * 7 * hour, nodes: [node], cause: `ssh${n % 3}` }));

test('a node that fails more often than the others is suspect', () => {
  expect(suspects([...everywhere, ...failures(8, ['n7'])])).toEqual(['n7']);
  expect(suspects([...everywhere, ...failures(9, ['n7']), ...failures(7, ['n9'])])).toEqual(['n7', 'n9']);
});

test('three failures are too few, and an even spread suspects nobody', () => {
  expect(suspects([...failures(3, ['n7'])])).toEqual([]);
  expect(suspects([...failures(4, ['n7'])])).toEqual(['n7']);
  expect(suspects([...everywhere, ...everywhere, ...everywhere, ...everywhere, ...everywhere])).toEqual([]);
});

test('a node is not suspect for jobs that it shared with one that is', () => {
  expect(suspects([...failures(8, ['n7']), ...failures(4, ['n7', 'n8'], 'dead')])).toEqual(['n7']);
});

test('a burst of one cause is no fault of the node', () => {
  expect(suspects(failures(8, ['n7'], 'ssh', hour / 10))).toEqual([]);
  expect(suspects(failures(5, ['n7'], 'ssh', hour / 10))).toEqual(['n7']);
});
