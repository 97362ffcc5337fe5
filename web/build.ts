/** Builds the dashboard into `web/dist`, with every file beside its compressed forms. Run by `npm start` and `npm run build`. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
// @ts-expect-error A launcher: plain JavaScript.
import { sourcesHash } from '../bin/web.mjs';

const dist = join(import.meta.dirname, 'dist');
// Built apart and moved at the end: a server that starts meanwhile never sees half of it.
const fresh = join(import.meta.dirname, `dist.${process.pid}`);

// Whoever starts it, a test for example: with another value the libraries come with their checks, three times as large.
process.env.NODE_ENV = 'production';

try {
  const hash: string = sourcesHash();
  mkdirSync(fresh, { recursive: true });
  await build({ root: import.meta.dirname, logLevel: 'warn', build: { outDir: fresh } });
  compress(join(fresh, 'assets'));
  writeFileSync(join(fresh, '.sources'), hash);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function compress(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!['.js', '.css', '.svg'].includes(extname(name))) continue;
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}
