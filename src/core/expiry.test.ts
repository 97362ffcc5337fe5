import { expect, test } from 'vitest';
import { expiryReason, expiryTitle, parseExpiryAges } from './expiry.ts';

test.each([
  ['3d', { running: 259_200, waiting: 259_200, queued: 1_209_600 }],
  ['12h, 7d', { running: 43_200, waiting: 43_200, queued: 604_800 }],
  ['off', { running: null, waiting: null, queued: null }],
  ['0', { running: null, waiting: null, queued: null }],
  ['0d,1w', { running: null, waiting: null, queued: 604_800 }],
  ['3d,off', { running: 259_200, waiting: 259_200, queued: null }],
])('reads %j', (text, ages) => {
  expect(parseExpiryAges(text)).toEqual(ages);
});

test.each(['', 'd', '3', '3 days', '3d,', '3d,7d,14d', '-3d'])('rejects %j', (text) => {
  expect(parseExpiryAges(text)).toHaveProperty('problem');
});

test.each([
  ['running', 259_200, 'no news from its worker for 3 days (expired)', 'no news from its worker (expired)'],
  ['waiting', 86_400, 'no news from its worker for 1 day (expired)', 'no news from its worker (expired)'],
  ['queued', 5400, 'no worker took it for 90 minutes (expired)', 'no worker took it (expired)'],
] as const)('recognizes its own reason for a %s job', (status, seconds, reason, title) => {
  expect(expiryReason(status, seconds)).toBe(reason);
  expect(expiryTitle(reason)).toBe(title);
  expect(expiryTitle(`${reason}.`)).toBeNull();
});
