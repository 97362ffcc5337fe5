import { expect, onTestFinished, test, vi } from 'vitest';
import { dayTitle } from './day.ts';

const now = Date.UTC(2026, 10, 25, 12);

test.each([
  [Date.UTC(2026, 10, 25), 'Today, Wed 25 Nov'],
  [Date.UTC(2026, 10, 24, 23, 59), 'Yesterday, Tue 24 Nov'],
  [Date.UTC(2026, 10, 20), 'Fri 20 Nov'],
  [Date.UTC(2025, 11, 31), 'Wed 31 Dec 2025'],
])('a run of %i stands below %s', (at, title) => {
  expect(dayTitle(at, 'utc', now)).toBe(title);
});

test('days and years of headings are those of the zone', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('TZ', 'Asia/Tokyo');
  expect(dayTitle(Date.UTC(2026, 10, 24, 20, 30), 'local', now)).toBe('Today, Wed 25 Nov');
  expect(dayTitle(Date.UTC(2025, 11, 31, 20, 30), 'local', now)).toBe('Thu 1 Jan');
  vi.stubEnv('TZ', 'America/New_York');
  expect(dayTitle(Date.UTC(2026, 0, 1, 2), 'local', now)).toBe('Wed 31 Dec 2025');
});
