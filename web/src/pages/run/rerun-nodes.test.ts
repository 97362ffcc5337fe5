import { expect, test } from 'vitest';
import { commonNodes } from './rerun-nodes.ts';

const on = (...names: string[]) => names.map((name) => ({ nodes: name.split(' ') }));

test.each([
  [on('a', 'b', 'c'), []],
  [on('a b', 'a', 'c'), [{ node: 'a', jobs: 2, most: false }]],
  [
    on('a b', 'a b', 'a', 'c'),
    [
      { node: 'a', jobs: 3, most: true },
      { node: 'b', jobs: 2, most: false },
    ],
  ],
])('of %j those that several jobs ran on are asked about', (jobs, nodes) => {
  expect(commonNodes(jobs)).toEqual(nodes);
});
