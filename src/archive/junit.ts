/** Reads JUnit XML as it arrives. Documents that declare entities are refused: nothing but the five of XML is ever replaced. */
import sax from 'sax';
import { type CaseResult, longestCase, mostCases, type TestCase } from '../core/test-cases.ts';

/** What is wrong with a document, in a sentence for whoever sent it. */
export class JunitProblem extends Error {}

/** Takes a document in pieces. Throws `JunitProblem`. */
export interface JunitReader {
  write(text: string): void;
  /** The cases, when all of it was written. */
  end(): TestCase[];
}

const deepest = 100;
const results: Record<string, CaseResult> = { failure: 'fail', error: 'error', skipped: 'skipped' };

/** Starts to read a document. */
export function readJunit(): JunitReader {
  const cases: TestCase[] = [];
  let current: TestCase | null = null;
  let inMessage = false;
  let depth = 0;
  let hasSuite = false;
  // It counts places, because it bounds what it holds at certain ones.
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    const [reason = ''] = error.message.split('\n');
    throw new JunitProblem(`it cannot be read as XML: ${reason.slice(0, 200)}`);
  };
  parser.ondoctype = () => {
    throw new JunitProblem('it must not have a document type');
  };
  parser.onopentag = ({ name, attributes }) => {
    if (++depth > deepest) throw new JunitProblem(`its elements nest deeper than ${deepest} levels`);
    if (name === 'testsuite' || name === 'testsuites') hasSuite = true;
    else if (!hasSuite) throw new JunitProblem("its root must be 'testsuites' or 'testsuite'");
    if (name === 'testcase') {
      if (cases.length >= mostCases) throw new JunitProblem(`it has more than ${mostCases} cases`);
      current = caseOf(attributes as Record<string, string>);
    }
    const result = results[name];
    if (current === null || result === undefined) return;
    // An error behind a failure is of its cleaning up.
    if (current.result === 'pass') current.result = result;
    current.message ??= textOf(attributes.message as string | undefined, longestCase.message);
    inMessage = current.message === null;
  };
  const onText = (text: string) => {
    if (current === null || !inMessage) return;
    const before = current.message ?? '';
    if (before.length < longestCase.message) current.message = textOf(before + text.trim(), longestCase.message);
  };
  parser.ontext = onText;
  parser.oncdata = onText;
  parser.onclosetag = (name) => {
    depth--;
    if (name in results) inMessage = false;
    if (name !== 'testcase' || current === null) return;
    cases.push(current);
    current = null;
  };
  return {
    write: (text) => void parser.write(text),
    end() {
      parser.close();
      if (!hasSuite) throw new JunitProblem("its root must be 'testsuites' or 'testsuite'");
      return cases;
    },
  };
}

function caseOf({ name = '', classname = '', time = '' }: Record<string, string>): TestCase {
  const seconds = Number.parseFloat(time.replaceAll(',', ''));
  const title = name.trim() === '' ? 'unnamed' : name.trim();
  const place = classname.trim();
  return {
    name: textOf(place === '' ? title : `${title} (${place})`, longestCase.name) ?? 'unnamed',
    result: 'pass',
    seconds: Number.isFinite(seconds) && seconds >= 0 && seconds < 1e9 ? seconds : null,
    message: null,
  };
}

function textOf(text: string | undefined, longest: number): string | null {
  const short = (text ?? '').slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd').trim();
  return short === '' ? null : short;
}
