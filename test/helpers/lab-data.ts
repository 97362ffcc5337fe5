/** Run names, descriptions, job documents and failure reasons, in files of the same names in two folders. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with these files. */
export interface LabData {
  name: string;
  /** Reads the lines of a file; throws if it is empty. */
  lines(file: string): string[];
}

const own = join(import.meta.dirname, '..', 'data');
/** Strings of real labs are third-party text and not part of the project. They are used if present. */
const real = process.env.PADDLES_DATA ?? join(import.meta.dirname, '../../../shared/data');

/** Made-up strings of the same shapes. */
export const ownData = labData('test/data', own);

/** Strings of real labs; null when they are missing. */
export const realData = existsSync(join(real, 'run-names.txt')) ? labData('strings of real labs', real) : null;

/** All folders, for `describe.each`. */
export const allData = realData ? [ownData, realData] : [ownData];

function labData(name: string, folder: string): LabData {
  return {
    name,
    lines(file) {
      const found = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '');
      // A test with an empty file would always pass.
      if (found.length === 0) throw new Error(`${join(folder, file)} is empty`);
      return found;
    },
  };
}
