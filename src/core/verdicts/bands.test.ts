import { expect, test } from 'vitest';
import type { JobStatus } from '../job.ts';
import { type Band, bandOf, traitsOf } from './bands.ts';
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
  // After a decision has ended, a new one is needed.
  const open = band === 'decided' ? 'undecided' : band;
  expect(bandOf({ verdict, since, decision: null, past: 'was #7, back' }, { scheduled })).toBe(open);
});

const run = { id: '1', name: 'r', suite: 's', branch: 'b', sha1: null, scheduled };
const said = (verdict: VerdictName, began = scheduled) => {
  const since = { run: { ...run, scheduled: began }, k: 1, n: 2 };
  return {
    verdict,
    since: verdict === 'SINCE' ? since : null,
    decision: null as object | null,
    past: null as string | null,
  };
};

test.each<[JobStatus, JobStatus | null, ReturnType<typeof said> | null, string[]]>([
  ['fail', 'pass', said('NEW'), ['new', 'todo']],
  ['dead', 'fail', said('ROSE'), ['rose', 'new', 'todo']],
  ['fail', 'fail', said('SINCE'), ['since', 'new', 'todo']],
  ['fail', 'fail', said('SINCE', 0), ['since', 'todo']],
  ['fail', null, said('KNOWN'), ['known']],
  ['fail', null, said('FLAKY'), ['flaky']],
  ['fail', null, { ...said('FLAKY'), past: 'was #7, back' }, ['flaky', 'todo']],
  ['fail', null, said('UNSEEN'), ['unseen', 'todo']],
  ['dead', null, said('INFRA'), ['infra', 'todo']],
  ['fail', null, { ...said('KNOWN'), decision: {} }, ['known']],
  ['fail', 'pass', { ...said('NEW'), decision: {} }, ['new']],
  ['fail', 'pass', null, []],
  ['running', 'fail', null, ['live']],
  ['waiting', null, null, ['live']],
  ['queued', 'fail', null, []],
  ['unknown', 'fail', null, []],
  ['pass', 'fail', null, ['fixed']],
  ['pass', 'dead', null, ['fixed']],
  ['pass', 'pass', null, []],
  ['pass', 'running', null, []],
  ['pass', null, null, []],
])('a job with status %s, previously %s, with the verdict %j, is %j', (status, previous, verdict, expected) => {
  expect([...traitsOf({ status, previous, verdicts: verdict === null ? [] : [verdict] }, run)]).toEqual(expected);
});

test('a job with several causes has the traits of each', () => {
  const verdicts = [{ ...said('KNOWN'), decision: {} }, said('NEW')];
  expect([...traitsOf({ status: 'fail', previous: null, verdicts }, run)]).toEqual(['known', 'new', 'todo']);
});
