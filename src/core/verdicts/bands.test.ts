import { expect, test } from 'vitest';
import { type Band, bandOf } from './bands.ts';
import type { VerdictName } from './verdict.ts';

const day = 86_400_000;
const scheduled = Date.UTC(2026, 10, 27);

test.each<[VerdictName, number, Band]>([
  ['NEW', 0, 'look'],
  ['ROSE', 0, 'look'],
  ['SINCE', 7, 'look'],
  ['SINCE', 8, 'undecided'],
  ['FLAKY', 0, 'decided'],
  ['KNOWN', 0, 'decided'],
  ['UNSEEN', 0, 'unseen'],
  ['INFRA', 0, 'infra'],
])('%s, begun %i days ago, is in the band %s', (verdict, days, band) => {
  const run = { id: '1', name: 'r', suite: 's', branch: 'b', sha1: null, scheduled: scheduled - days * day };
  const since = verdict === 'SINCE' ? { run, k: 1, n: 2 } : null;
  expect(bandOf({ verdict, since, decision: null, past: null }, { scheduled })).toBe(band);
  expect(bandOf({ verdict, since, decision: {}, past: null }, { scheduled })).toBe('decided');
  // A decision that has ended asks for another one.
  const open = band === 'decided' ? 'undecided' : band;
  expect(bandOf({ verdict, since, decision: null, past: 'was #7, back' }, { scheduled })).toBe(open);
});
