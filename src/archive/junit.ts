/**
 * Reads JUnit XML as it arrives, and packs its cases into few bytes: 100,000 of them take about a megabyte. Documents that declare
 * entities are refused: nothing but the five of XML is ever replaced.
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

/** Test cases as they are stored. */
export interface PackedCases {
  counts: CaseCounts;
  /** Of all cases together. */
  seconds: number;
  /** Base64 of what zstd makes of lines of JSON, each a list of some cases. */
  packed: string;
  /** Those that failed, the first thousand. */
  failed: TestCase[];
}

/** Cases in a line: printed or parsed in some 2 ms. */
const casesInLine = 1000;
/** More failures of one job tell no more. */
const mostFailed = 1000;
/** Bytes of all lines of a job. */
const longest = 512 << 20;
/** Bytes of packed cases: SQLite writes a megabyte in 10 ms, and nobody else meanwhile. 100,000 cases have less than one. */
const longestPacked = 4 << 20;

/** Some cases of a job, which are lines already: as objects 100,000 of them would keep the collector of garbage busy for 100 ms. */
export interface GatheredCases extends Omit<PackedCases, 'packed'> {
  total: number;
}

/** Gathers cases that come one by one, and hands on lines of them. */
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

/** Packs lines of cases while they come. */
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
    /** The cases of a job, which were gathered in some parts; null when they are longer than a database should have to take. */
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

/** The cases of a job, some at a time. */
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
