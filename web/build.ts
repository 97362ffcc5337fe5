/** Builds the dashboard into `web/dist`, with compressed copies of every file. Run by `npm start` and `npm run build`. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
// @ts-expect-error A launcher: plain JavaScript.
import { sourcesHash } from '../bin/web.mjs';

const dist = join(import.meta.dirname, 'dist');
// Built in a separate folder and moved at the end, so that a server that starts in the meantime never sees half of it.
const fresh = join(import.meta.dirname, `dist.${process.pid}`);

// Set for every caller, including tests: with any other value, the libraries include development checks and are three times as large.
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
