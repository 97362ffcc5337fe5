import { expect, test } from 'vitest';
import { createIgnorelist, evidenceIn, ignorelistOf, nextTrigger } from './evidence.ts';
import { createScan, type Near } from './first-error.ts';

/** The finding in a log. Every line with a trigger is scanned. */
function found(text: string, ignorelist: string[] = [], failure_reason: string | null = null) {
  const lines = text.trim().split('\n');
  const scan = createScan({ ignorelist, failure_reason });
  for (const [index, line] of lines.entries()) {
    const near: Near = {
      before: (count) => lines.slice(Math.max(0, index - count), index),
      after: (count) => lines.slice(index + 1, index + 1 + count),
    };
    const bytes = new TextEncoder().encode(line);
    if (nextTrigger(bytes, 0, bytes.length) >= 0) scan.line(line, index, near);
  }
  const { found, sure } = scan.verdict();
  return { error: found[0]?.error ?? null, sure };
}

const assertion = 'INFO:tasks.ceph.osd.3.smithi001.stderr:src/osd/Lamp.cc: 12: FAILED ceph_assert(lit)';

test.each<[string, string, string | null, boolean]>([
  [
    'an assertion before a test that failed earlier',
    `INFO:x:FAIL: test_a (t.A)\n${assertion}`,
    'src/osd/Lamp.cc: 12: FAILED ceph_assert(lit)',
    true,
  ],
  [
    'no assertion that a test injected',
    'INFO:x:src/mds/Log.cc: 12: FAILED ceph_assert(0 == "mds_kill_journal_at")',
    null,
    false,
  ],
  [
    'no signal of a daemon that a thrasher has killed',
    'INFO:tasks.thrashosds.thrasher:Killing osd.3, live_osds are [1]\nINFO:tasks.ceph.osd.3.smithi001.stderr:daemon crashed, Segmentation fault',
    null,
    false,
  ],
  [
    'what a command said before it failed',
    "INFO:teuthology.orchestra.run.smithi001.stderr:Error EINVAL: no lamp\nDEBUG:x:got 22\nERROR:y:Command failed on smithi001 with status 22: 'ceph lamp'",
    'Error EINVAL: no lamp',
    true,
  ],
  [
    'nothing that the shell expects',
    'INFO:tasks.workunit.client.0.smithi001.stderr:+ expect_false ceph lamp\nINFO:tasks.workunit.client.0.smithi001.stderr:Error EINVAL: no lamp',
    null,
    false,
  ],
  [
    'nothing that is retried',
    'ERROR:x:[Errno 111] Connection refused on smithi001\nINFO:x:retrying in 5 seconds',
    null,
    false,
  ],
  [
    'the exception that ended the job, not those of the teardown',
    'ERROR:teuthology.run_tasks:Saw exception from tasks.\nTraceback (most recent call last):\n  File "a"\nValueError: no lamp\nERROR:z:Traceback (most recent call last):\n  File "b"\nKeyError: later',
    'ValueError: no lamp',
    true,
  ],
  [
    'an exception without a message, but not for certain',
    'ERROR:teuthology.run_tasks:Saw exception from tasks.\nTraceback (most recent call last):\n  File "a"\nx.TestError',
    'x.TestError',
    false,
  ],
  ['nothing in a command that is only echoed', "DEBUG:x:> sudo egrep '\\[ERR\\]|FAILED ceph_assert(' log", null, false],
])('finds %s', (_, text, error, sure) => expect(found(text)).toEqual({ error, sure }));

test('a line of the cluster log counts unless the job ignores it, and counts most if the job was ended because of it', () => {
  const line = 'INFO:x:cluster [WRN] Health check failed: 1 lamps down (LAMP_DOWN)';
  expect(found(line, ['\\(LAMP_DOWN\\)'])).toEqual({ error: null, sure: false });
  expect(found(line, ['lamps? .*up']).error).toContain('LAMP_DOWN');
  const reason = '"2026 mon.a : cluster [WRN] Health check failed: 1 lamps down (LAMP_DOWN)" in cluster log';
  expect(found(`${line}\nINFO:x:FAIL: test_a (t.A)`, [], reason).error).toContain('LAMP_DOWN');
});

test('an ignorelist is found at any depth, and its entries are never executed', () => {
  const overrides = {
    ceph: { 'log-ignorelist': ['\\(A_B\\)', 'slow .* request', 3] },
    x: [{ 'log-whitelist': ['(a+)+$'] }],
  };
  expect(ignorelistOf(overrides)).toEqual(['\\(A_B\\)', 'slow .* request', '(a+)+$']);
  const ignored = createIgnorelist(ignorelistOf(overrides));
  expect(ignored('x (A_B)')).toBe(true);
  expect(ignored('slow osd request')).toBe(true);
  expect(ignored(`${'a'.repeat(10_000)}!`)).toBe(false);
});

test('a line of any length and shape is scanned fast', () => {
  for (const part of ['FAIL: ', 'a'.repeat(9), '[  FAILED  ] ', 'x.', '(', ' ', 'Error: ', '\u00e4'])
    expect(() => evidenceIn(part.repeat(5000))).not.toThrow();
});
