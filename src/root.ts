import { join } from 'node:path';

/** The folder of the checkout or of the package: `src/`, and what `npm pack` makes of it, are directly below. */
export const root = join(import.meta.dirname, '..');
