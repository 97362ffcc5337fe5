/** The root folder of the program, its version, and the files of its threads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root folder of the checkout or the package. `src/`, and the folder that `npm pack` compiles it to, are directly below. */
export const root = join(import.meta.dirname, '..');

/** The version of the program, from package.json. */
export const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** The URL of a thread's code beside a module: TypeScript in a checkout, JavaScript in a package. */
export function threadFile(name: string, besideUrl: string): URL {
  return new URL(`./${name}.${besideUrl.endsWith('.ts') ? 'ts' : 'js'}`, besideUrl);
}
