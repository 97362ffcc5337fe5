/**
 * Run by `npm pack`: puts what an installed package needs beside the sources. That is the dashboard, the server in JavaScript with its
 * dependencies, and the manual page.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleServer } from './bundle.ts';
import { root } from './install.mjs';

const dist = join(root, 'dist');
await import('../web/build.ts');
await bundleServer(dist);
writeFileSync(join(dist, 'paddles.1'), execFileSync(process.execPath, [join(dist, 'main.js'), 'man']));
