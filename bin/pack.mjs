/**
 * Run by `npm pack`: builds the parts of an installed package beside the sources. They are the dashboard, the bundle of the server
 * with its dependencies, and the manual page.
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
