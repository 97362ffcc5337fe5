/** Test cases in few bytes: 100,000 of them take about a megabyte. */
import { finished } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createZstdCompress, zstdDecompress } from 'node:zlib';
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
