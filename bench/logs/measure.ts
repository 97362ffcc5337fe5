/** Judges how often the first real error of a log is found, and what a log of a gigabyte costs. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive } from '../../src/archive/archive.ts';
import { archivesIn } from '../../src/core/logs/places.ts';
import type { Line } from '../bench.ts';
import { measureServer } from './door.ts';
import { type PlantedLine, randomFrom, writeLog } from './generate.ts';

/** No rule was made or changed with these. */
export const seeds = [71_001, 71_002, 71_003];
const sizes = [1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20];

/** Real lines where they are (`PADDLES_DATA`), otherwise made-up ones of the same shapes. */
export function plantedLines(): PlantedLine[] {
  const folders = [process.env.PADDLES_DATA, join(import.meta.dirname, '../../test/data')];
  const file = folders.map((folder) => join(folder ?? '', 'log-lines.jsonl')).find((path) => existsSync(path));
  return readFileSync(file as string, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as PlantedLine);
}

/** What became of the logs of some seeds. */
export interface Tally {
  of: number;
  first: number;
  three: number;
  sure: number;
  wrongWhenSure: number;
  /** What was wrong, for whoever improves the rules. */
  wrong: string[];
}

/** Plants each line in one log for each seed, of one size after the other, and reads it. */
export async function judgeSeeds(
  lines: PlantedLine[],
  of: readonly number[],
  largest = Number.POSITIVE_INFINITY,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-logs-'));
  const archive = createArchive({ bases: archivesIn(folder), patience: 120_000 });
  const tally: Tally = { of: 0, first: 0, three: 0, sure: 0, wrongWhenSure: 0, wrong: [] };
  const used = sizes.filter((size) => size <= largest);
  try {
    mkdirSync(join(folder, 'run/1'), { recursive: true });
    for (const seed of of) {
      const random = randomFrom(seed);
      for (const [index, line] of lines.entries()) {
        const size = (used[(index + seed) % used.length] as number) * (0.5 + random());
        const path = join(folder, 'run/1/teuthology.log');
        const truth = writeLog(path, { seed: seed * 1000 + index, size, line });
        const job = { run: 'run', job_id: '1', archive_path: null };
        const { ignorelist, failure_reason } = truth;
        const found = await archive.ask('first', job, { file: null, ignorelist, failure_reason });
        const all = [{ at: found.at, error: found.error }, ...found.others];
        const isRight = (one: { at: number | null; error: string }) =>
          one.at !== null &&
          ((one.at >= truth.from && one.at < truth.to) || (one.error !== '' && line.text.includes(one.error)));
        tally.of++;
        const right = isRight(all[0] as (typeof all)[0]);
        if (right) tally.first++;
        if (all.slice(0, 3).some(isRight)) tally.three++;
        if (found.sure) tally.sure++;
        if (found.sure && !right) tally.wrongWhenSure++;
        if (!right)
          tally.wrong.push(
            `${seed}/${index} ${Math.round(size)} ${found.sure ? 'SURE ' : ''}${line.text.slice(0, 100)}  =>  ${found.kind} ${found.error.slice(0, 120)}`,
          );
      }
    }
  } finally {
    await archive.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return tally;
}

/** The lines of the table. */
export default async function measureLogs(say: (line: string) => void): Promise<Line[]> {
  const lines = plantedLines();
  const tally = await judgeSeeds(lines, seeds);
  for (const one of tally.wrong.slice(0, 10)) say(`wrong: ${one}`);
  const share = (what: string, right: number, of: number, goal: number, max = false): Line => ({
    quantity: 'Logs',
    what,
    budget: `${max ? '≤' : '≥'} ${goal}`,
    measured: (right / Math.max(1, of)).toFixed(3),
    ok: max ? right / Math.max(1, of) <= goal : right / Math.max(1, of) >= goal,
    remarks: `${right} of ${of} logs of 1 KB to 15 MB; seeds ${seeds.join(', ')}`,
  });
  return [
    share('first error is right', tally.first, tally.of, 0.85),
    share('first error is among three', tally.three, tally.of, 0.95),
    share('wrong when sure', tally.wrongWhenSure, tally.sure, 0.03, true),
    ...(await measureServer(lines, seeds, say)),
  ];
}
