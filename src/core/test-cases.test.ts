import { expect, test } from 'vitest';
import { casesIn, caseTitle } from './test-cases.ts';

test.each([
  ['Test failure: test_b (t.A), test_a (t.A.test_a)', ['test_a (t.A)', 'test_b (t.A)']],
  ['FAIL: test_a (t.A.test_a) (lamp=3)', ['test_a (t.A)']],
  ['ERROR: test_a[1-b] (t.A)', ['test_a[1-b] (t.A)']],
  ['test_a (t.A) ... ERROR', ['test_a (t.A)']],
  ['[  FAILED  ] Lamps/Lamp.Lit/3 (12 ms)', ['Lit/3 (Lamps/Lamp)']],
  ['[  FAILED  ] 2 tests, listed below:', []],
  ['FAILED qa/test_a.py::TestA::test_b[3-c d] - KeyError: [1] - x', ['test_b[3-c d] (qa.test_a.TestA)']],
  ['ERROR: qa/test_a.py::test_b', ['test_b (qa.test_a)']],
  ['ERROR: std::bad_alloc', []],
  ['s3tests.functional.test_s3.test_put ... FAIL', ['test_put (s3tests.functional.test_s3)']],
  ['FAIL: tasks.test_a:TestA.test_b', ['test_b (tasks.test_a.TestA)']],
  ['--- FAIL: TestLamp/lit_3 (0.25s)', ['TestLamp/lit_3']],
  ['not ok 3 test_lamp', ['test_lamp']],
  ['not ok 3 - lamp 4 is lit # in /tmp/x', ['lamp 4 is lit']],
  ['Error EINVAL: no lamp', []],
])('the failed cases in %j are %j', (text, names) => {
  expect(casesIn(text)).toEqual(names);
  for (const name of names) expect(caseTitle(name)).toBe(name);
});
