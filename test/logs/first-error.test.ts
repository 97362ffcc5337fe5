/** Finds the first real error of small logs in which it is known. `npm run bench -- --only logs` measures large logs. */
import { expect, test } from 'vitest';
import { plantedLines } from '../../bench/logs/generate.ts';
import { judgeSeeds } from '../../bench/logs/judge.ts';

test('the first error of a log is found with the required accuracy', async () => {
  const { of, first, three, sure, wrongWhenSure, wrong } = await judgeSeeds(plantedLines(), [5, 6], 100 << 10);
  expect(first / of, wrong.join('\n')).toBeGreaterThanOrEqual(0.85);
  expect(three / of, wrong.join('\n')).toBeGreaterThanOrEqual(0.95);
  expect(sure / of).toBeGreaterThan(0.5);
  expect(wrongWhenSure / sure, wrong.join('\n')).toBeLessThanOrEqual(0.03);
});
