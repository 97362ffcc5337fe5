import { expect, test } from 'vitest';
import type { ReplicaState } from '../store/replica.ts';
import { logStates } from './replica.ts';

const used = (seconds_behind: number): ReplicaState => ({ used: true, seconds_behind, bytes_behind: 0, problem: null });
const unused = (problem: string): ReplicaState => ({ used: false, seconds_behind: null, bytes_behind: null, problem });

test('the log tells of each change once: which database is read, and a lag that grows and goes', () => {
  const lines: string[] = [];
  const write = (level: string) => (line: { problem?: string }, message: string) =>
    void lines.push([level, message, line.problem].filter(Boolean).join(': '));
  const hear = logStates({ info: write('info'), warn: write('warn') } as never, 'label');
  for (const state of [unused('away'), unused('away'), unused('no standby'), used(0), used(9), used(11), used(8)])
    hear(state);
  for (const state of [used(12), used(1), used(30), unused('away'), used(0)]) hear(state);
  expect(lines).toEqual([
    'warn: the dashboard reads the main database instead of the replica: away',
    'warn: the dashboard reads the main database instead of the replica: no standby',
    'info: the dashboard reads the replica',
    'warn: the replica is behind',
    'info: the replica has caught up',
    'warn: the replica is behind',
    'warn: the dashboard reads the main database instead of the replica: away',
    'info: the dashboard reads the replica',
  ]);
});
