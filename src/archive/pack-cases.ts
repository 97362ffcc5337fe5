/** Test cases in few bytes: 100,000 of them take about a megabyte. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { type CaseCounts, caseResults, isFailed, noCases, type TestCase } from '../core/test-cases.ts';

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

/** Packs the cases of a job, and lets others in between. */
export async function packCases(cases: readonly TestCase[]): Promise<PackedCases> {
  const counts = noCases();
  const failed: TestCase[] = [];
  const lines: Buffer[] = [];
  let seconds = 0;
  for (let at = 0; at < cases.length; at += casesInLine) {
    const some = cases.slice(at, at + casesInLine);
    for (const one of some) {
      counts[one.result]++;
      seconds += one.seconds ?? 0;
      if (isFailed(one) && failed.length < mostFailed) failed.push(one);
    }
    const row = ({ name, result, seconds, message }: TestCase) => [name, caseResults.indexOf(result), seconds, message];
    lines.push(Buffer.from(`${JSON.stringify(some.map(row))}\n`));
    await nextTurn();
  }
  const packed = (await promisify(zstdCompress)(Buffer.concat(lines))).toString('base64');
  return { counts, seconds, packed, failed };
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
