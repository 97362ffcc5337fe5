/** Reads JUnit XML as it arrives. Documents that declare entities are refused: nothing but the five of XML is ever replaced. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import sax from 'sax';
import { cutTitle } from '../core/signature-cut.ts';
import { type CaseResult, longestCase, mostCases, type TestCase } from '../core/test-cases.ts';

/** What is wrong with a document, in a sentence for whoever sent it. */
export class JunitProblem extends Error {}

/** Bytes that are read in one go, in about a millisecond, and how long reading keeps others waiting, in milliseconds. */
const [atATime, stretch] = [8 << 10, 10];

/** Reads a document as it arrives, hands its cases on one by one, and gives others their turn. Throws `JunitProblem`. */
export async function readJunit(document: AsyncIterable<Uint8Array>, onCase: (one: TestCase) => void): Promise<void> {
  const parser = createParser(onCase);
  const decoder = new TextDecoder();
  let since = performance.now();
  for await (const bytes of document) {
    for (let at = 0; at < bytes.length; at += atATime) {
      parser.write(decoder.decode(bytes.subarray(at, at + atATime), { stream: true }));
      if (performance.now() - since < stretch) continue;
      await nextTurn();
      since = performance.now();
    }
  }
  parser.end();
}

const deepest = 100;
const results: Record<string, CaseResult> = { failure: 'fail', error: 'error', skipped: 'skipped' };

function createParser(onCase: (one: TestCase) => void) {
  let count = 0;
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
      if (++count > mostCases) throw new JunitProblem(`it has more than ${mostCases} cases`);
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
    onCase(current);
    current = null;
  };
  return {
    write: (text: string) => void parser.write(text),
    end() {
      parser.close();
      if (!hasSuite) throw new JunitProblem("its root must be 'testsuites' or 'testsuite'");
    },
  };
}

function caseOf({ name = '', classname = '', time = '' }: Record<string, string>): TestCase {
  const seconds = Number.parseFloat(time.replaceAll(',', ''));
  const title = name.trim() === '' ? 'unnamed' : name.trim();
  const place = classname.trim();
  return {
    // What a shorter name leaves out says which case it is.
    name: cutTitle(place === '' ? title : `${title} (${place})`, longestCase.name),
    result: 'pass',
    seconds: Number.isFinite(seconds) && seconds >= 0 && seconds < 1e9 ? seconds : null,
    message: null,
  };
}

function textOf(text: string | undefined, longest: number): string | null {
  const short = (text ?? '').slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd').trim();
  return short === '' ? null : short;
}
