import { expect, test } from 'vitest';
import { lineParts, taskIn } from './line-parts.ts';

test('a line is split into its level, its host and its message', () => {
  const { level, parts } = lineParts(
    '2026-11-20T10:00:00.123 ERROR:teuthology.orchestra.run.smithi001.stderr:it broke',
  );
  expect(level).toBe('error');
  expect(parts.map(({ text }) => text)).toEqual([
    '2026-11-20T10:00:00.123 ERROR:teuthology.orchestra.run.',
    'smithi001',
    '.stderr:',
    'it broke',
  ]);
  expect(parts[1]?.look).toMatch(/^host\d$/);
  expect(lineParts('  File "x", line 1')).toEqual({ level: '', parts: [{ text: '  File "x", line 1', look: '' }] });
  expect(lineParts('2026-11-20T10:00:00.123 WARNING:tasks.lamps:dim').level).toBe('warning');
});

test('the start of a task has its name', () => {
  expect(taskIn('2026-11-20T10:00:00.1 INFO:teuthology.run_tasks:Running task ceph-fuse...')).toBe('ceph-fuse');
  expect(taskIn('2026-11-20T10:00:00.1 INFO:teuthology.run_tasks:Unwinding')).toBe(null);
});
