/** Where the files of the program are, and what they call themselves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the checkout or of the package: `src/`, and what `npm pack` makes of it, are directly below. */
export const root = join(import.meta.dirname, '..');

/** The version of the program, from package.json. */
export const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** The code of a thread beside a module: TypeScript in a checkout, and what became of it in a package. */
export function threadFile(name: string, besideUrl: string): URL {
  return new URL(`./${name}.${besideUrl.endsWith('.ts') ? 'ts' : 'js'}`, besideUrl);
}
