/** Names, descriptions, documents and failure reasons as labs have them: files of the same names in two folders. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of such files. */
export interface LabData {
  name: string;
  /** The lines of a file; throws when there is none. */
  lines(file: string): string[];
}

const own = join(import.meta.dirname, '..', 'data');
/** Strings of real labs are third-party text, which is no part of the project: they are read where somebody has them. */
const real = process.env.PADDLES_DATA ?? join(import.meta.dirname, '../../../shared/data');

/** Made-up strings of the same shapes. */
export const ownData = labData('test/data', own);

/** Strings of real labs; null where they are missing. */
export const realData = existsSync(join(real, 'run-names.txt')) ? labData('strings of real labs', real) : null;

/** Everything there is, the rows of `describe.each`. */
export const allData = realData ? [ownData, realData] : [ownData];

function labData(name: string, folder: string): LabData {
  return {
    name,
    lines(file) {
      const found = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '');
      // An empty file would let every test of it pass.
      if (found.length === 0) throw new Error(`${join(folder, file)} is empty`);
      return found;
    },
  };
}
