/**
 * Parses JUnit XML as a stream, and compresses its test cases: 100,000 take about a megabyte. Documents that declare entities are
 * refused; only the five predefined entities of XML are replaced.
 */
import { finished } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createZstdCompress, zstdDecompress } from 'node:zlib';
import sax from 'sax';
import { cutTitle } from '../core/signature-text.ts';
import {
  type CaseCounts,
  type CaseResult,
  caseResults,
  isFailed,
  longestCase,
  mostCases,
  noCases,
  type TestCase,
} from '../core/test-cases.ts';

/** A document is invalid. The message is a sentence for the sender. */
export class JunitProblem extends Error {}

/** Bytes that are parsed at a time, in about a millisecond; and milliseconds of parsing after which other requests run. */
const [atATime, stretch] = [8 << 10, 10];

/** Parses a document as it arrives, and passes each case to `onCase`. Lets other requests run in between. Throws `JunitProblem`. */
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
  // The parser must track positions, because it checks the size of its buffers at certain positions.
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    const [reason = ''] = error.message.split('\n');
    throw new JunitProblem(`it cannot be read as XML: ${reason.slice(0, 200)}`);
  };
  parser.ondoctype = () => {
    throw new JunitProblem('it must not have a document type declaration');
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
    // An error after a failure comes from the cleanup.
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
    // A shorter name would leave out what identifies the case.
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

/** Test cases as they are stored. */
export interface PackedCases {
  counts: CaseCounts;
  /** The total duration of all cases. */
  seconds: number;
  /** Lines of JSON, each a list of some cases, compressed with zstd and encoded as base64. */
  packed: string;
  /** The first thousand failed cases. */
  failed: TestCase[];
}

/** Cases in a line. A line is serialized or parsed in some 2 ms. */
const casesInLine = 1000;
/** The most failed cases that are kept; more would not help. */
const mostFailed = 1000;
/** The most bytes of all lines of a job. */
const longest = 512 << 20;
/** The most bytes of packed cases. SQLite writes a megabyte in 10 ms and blocks all other requests meanwhile. 100,000 cases have less than one. */
const longestPacked = 4 << 20;

/** A summary of cases that were serialized already: as objects, 100,000 cases would keep the garbage collector busy for 100 ms. */
export interface GatheredCases extends Omit<PackedCases, 'packed'> {
  total: number;
}

/** Collects cases one by one, and passes them on in serialized lines. */
export function gatherCases(onLine: (line: Buffer) => void) {
  const gathered: GatheredCases = { total: 0, counts: noCases(), seconds: 0, failed: [] };
  let rows: [string, number, number | null, string | null][] = [];
  const endLine = () => {
    if (rows.length > 0) onLine(Buffer.from(`${JSON.stringify(rows)}\n`));
    rows = [];
  };
  return {
    add(one: TestCase): void {
      const { name, result, seconds, message } = one;
      gathered.total++;
      gathered.counts[result]++;
      gathered.seconds += seconds ?? 0;
      if (isFailed(one) && gathered.failed.length < mostFailed) gathered.failed.push(one);
      if (rows.push([name, caseResults.indexOf(result), seconds, message]) === casesInLine) endLine();
    },
    done(): GatheredCases {
      endLine();
      return gathered;
    },
  };
}

/** Compresses lines of cases as a stream. */
export function createPacker() {
  const stream = createZstdCompress();
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= longestPacked) parts.push(part);
  });
  return {
    write: (line: Buffer) => void stream.write(line),
    /** Returns the packed cases of a job, which were gathered in some parts, or null if they are too long for the database. */
    async done(gathered: readonly GatheredCases[]): Promise<PackedCases | null> {
      stream.end();
      await promisify(finished)(stream);
      if (size > longestPacked) return null;
      const counts = noCases();
      for (const part of gathered) for (const result of caseResults) counts[result] += part.counts[result];
      return {
        counts,
        seconds: gathered.reduce((sum, part) => sum + part.seconds, 0),
        packed: Buffer.concat(parts).toString('base64'),
        failed: gathered.flatMap(({ failed }) => failed).slice(0, mostFailed),
      };
    },
  };
}

/** Yields the cases of a job, a line at a time. */
export async function* unpackCases(packed: string): AsyncGenerator<TestCase[]> {
  const bytes = await promisify(zstdDecompress)(Buffer.from(packed, 'base64'), { maxOutputLength: longest });
  for (let at = 0; at < bytes.length; await nextTurn()) {
    const end = bytes.indexOf(10, at);
    const rows = JSON.parse(bytes.toString('utf8', at, end)) as [string, number, number | null, string | null][];
    yield rows.map(([name, result, seconds, message]) => ({
      name,
      result: caseResults[result] as TestCase['result'],
      seconds,
      message,
    }));
    at = end + 1;
  }
}
