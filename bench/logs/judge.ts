/** How often the first real error of a log is found. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../demo/random.ts';
import { createArchive } from '../../src/archive/archive.ts';
import { archivesIn } from '../../src/core/logs/places.ts';
import { isRight, type PlantedLine, writeLog } from './generate.ts';

const sizes = [1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20];

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
  seeds: readonly number[],
  largest = Number.POSITIVE_INFINITY,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-logs-'));
  const archive = createArchive({ bases: archivesIn(folder), patience: 120_000 });
  const tally: Tally = { of: 0, first: 0, three: 0, sure: 0, wrongWhenSure: 0, wrong: [] };
  const used = sizes.filter((size) => size <= largest);
  try {
    mkdirSync(join(folder, 'run/1'), { recursive: true });
    for (const seed of seeds) {
      const random = createRandom('sizes', seed);
      for (const [index, line] of lines.entries()) {
        const size = used[(index + seed) % used.length]! * (0.5 + random());
        const truth = writeLog(join(folder, 'run/1/teuthology.log'), `${seed} ${index}`, size, line);
        const { ignorelist, failure_reason } = truth;
        const job = { run: 'run', job_id: '1', archive_path: null };
        const { at, error, kind, sure, others } = await archive.ask('first', job, {
          ...{ file: null, ignorelist, failure_reason },
        });
        const right = isRight(truth, at, error);
        tally.of++;
        if (right) tally.first++;
        if (right || others.slice(0, 2).some((other) => isRight(truth, other.at, other.error))) tally.three++;
        if (sure) tally.sure++;
        if (sure && !right) tally.wrongWhenSure++;
        const claim = `${sure ? 'SURE ' : ''}${kind} ${error.slice(0, 120)}`;
        if (!right)
          tally.wrong.push(`${seed}/${index}, ${Math.round(size)} bytes: ${line.text.slice(0, 100)} => ${claim}`);
      }
    }
  } finally {
    await archive.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return tally;
}
