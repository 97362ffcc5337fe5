/** The test cases of a job, and how different test runners print their names. */

/** The possible results of a case. */
export const caseResults = ['pass', 'fail', 'error', 'skipped'] as const;
/** One of `caseResults`. */
export type CaseResult = (typeof caseResults)[number];

/** A test case. */
export interface TestCase {
  /** `test_x (tasks.y.TestZ)`, or the name alone if there is no class. */
  name: string;
  result: CaseResult;
  /** Null if it was not measured. */
  seconds: number | null;
  /** Why the case did not pass. */
  message: string | null;
}

/** The number of cases with each result. */
export type CaseCounts = Record<CaseResult, number>;

/** The longest name and message that are stored, in UTF-16 units. */
export const longestCase = { name: 500, message: 1000 };
/** The most cases of a job. */
export const mostCases = 250_000;

/** All counts are 0. */
export function noCases(): CaseCounts {
  return { pass: 0, fail: 0, error: 0, skipped: 0 };
}

/** Whether a case failed or had an error. */
export function isFailed({ result }: Pick<TestCase, 'result'>): boolean {
  return result === 'fail' || result === 'error';
}

/**
 * The name of a case in the format of result documents, `test_x (tasks.y.TestZ)`, from any format that a runner prints. The name identifies the
 * case, so nothing is removed from it: numbers, paths and parameters are kept.
 */
export function caseTitle(name: string): string {
  // Since version 3.11, Python prints the name of a test twice.
  const twice = /^([^\s(),]{1,500}) \(([\w.:-]{1,500})\.([\w-]{1,500})\)$/.exec(name);
  if (twice && twice[1] === twice[3]) return `${twice[1]} (${twice[2]})`;
  const parameters = name.endsWith(']') ? name.indexOf('[') : -1;
  const head = parameters < 0 ? name : name.slice(0, parameters);
  const at = Math.max(head.lastIndexOf('.'), head.lastIndexOf(':'));
  if (at <= 0) return name;
  // pytest prints a file and a test in it, nose prints a module.
  const [place, own] = [head.slice(0, at), head.slice(at + 1)];
  const isInFile = /\.py:[\w:]*$/.test(place);
  const isInModule = /^[\w.:-]+$/.test(place) && own.toLowerCase().startsWith('test');
  if (!/^\w+$/.test(own) || !(isInFile || isInModule)) return name;
  const module = place.replace(/\.py(?=:)/, '').replaceAll(/[/:]+/g, '.');
  return `${own}${name.slice(head.length)} (${module.replace(/\.$/, '')})`;
}

/** The failed cases at the beginning of a text, in the format of a test runner; empty for any other text. */
export function casesIn(text: string): string[] {
  for (const shape of shapes) {
    const names = shape(text);
    if (names.length > 0) return [...new Set(names.map(caseTitle))].sort();
  }
  return [];
}

/** The failed cases that a failure reason names, anywhere in it. */
export function casesNamed(reason: string): string[] {
  const unit = /(?:FAILURE|ERROR): Test `([^`]{1,200})` of `([^`]{1,200})`/.exec(reason);
  return unit ? [caseTitle(`${unit[1]} (${unit[2]})`)] : casesIn(reason);
}

const shapes: ((text: string) => string[])[] = [python, gtest, pytest, nose, go, tap];

/** `Test failure: test_x (tasks.y.Z), …`, `FAIL: test_x (tasks.y.Z)`, `test_x (tasks.y.Z) ... ERROR`. */
function python(text: string): string[] {
  const [line = ''] = text.split('\n', 1);
  const said = /^(Test failure|FAIL|ERROR): (?=[^\s(]{1,500} ?\()/.exec(line);
  if (!said && !/^[^\s()]{1,500} \([\w.:-]{1,500}\) \.\.\. (?:ERROR|FAIL)/.test(line)) return [];
  const cases = [
    ...line.slice(said?.[0].length ?? 0).matchAll(/(?<![^\s(),])([^\s(),]{1,500}) ?\(([\w.:-]{1,500})\)/g),
  ];
  const names = cases.map(([, name, place]) => `${name} (${place})`);
  return said?.[1] === 'Test failure' ? names : names.slice(0, 1);
}

/** `[  FAILED  ] Suite.Case (3 ms)`. */
function gtest(text: string): string[] {
  const found = /^\[ {1,4}FAILED {1,4}\] ([\w/]{1,500})\.([\w/]{1,500})/.exec(text);
  return found ? [`${found[2]} (${found[1]})`] : [];
}

/** `FAILED tests/test_x.py::TestZ::test_y[parameters] - message`. */
function pytest(text: string): string[] {
  const found = /^(?:FAIL|FAILED|ERROR):?\s{1,4}([\w./-]{1,500}\.py(?:::\w{1,200}){1,9})(\[.*)?/.exec(text);
  if (!found) return [];
  const [, name = '', rest = ''] = found;
  const message = rest.indexOf('] - ');
  return [`${name}${rest.slice(0, (message < 0 ? rest.lastIndexOf(']') : message) + 1)}`];
}

/** `FAIL: tests.test_x.test_y`, `tests.test_x.test_y ... ERROR`. */
function nose(text: string): string[] {
  const found =
    /^(?:FAIL|FAILED|ERROR):? ([\w./:-]{1,500}[.:]test\S{1,500})/.exec(text) ??
    /^([\w.:-]{1,500}) \.\.\. (?:ERROR|FAIL)/.exec(text);
  return found ? [found[1] as string] : [];
}

/** `--- FAIL: TestX/part (0.00s)`. */
function go(text: string): string[] {
  const found = /^--- FAIL: (\w\S{0,400})/.exec(text);
  return found ? [found[1] as string] : [];
}

/** `not ok 3 - what it does`. */
function tap(text: string): string[] {
  const found = /^not ok \d{1,6}(?: -)? ([^#\n]{1,400})/.exec(text);
  return found ? [found[1]?.trim() as string].filter((name) => name !== '') : [];
}
