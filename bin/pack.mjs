/**
 * Run by `npm pack`: puts what an installed package needs beside the sources. That is the dashboard, and the server as
 * JavaScript, because Node strips no types inside node_modules; the manual page, and the licences of what is bundled.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './install.mjs';
import { licences } from './licences.mjs';

await import('../web/build.ts');
// One file for each of TypeScript, so that paths relative to a file stay true.
const output = { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' };
// Threads are started by the names of their files.
const input = ['src/main.ts', 'src/archive/worker.ts', 'src/cli/takeover/reader-thread.ts'];
const options = { ssr: true, outDir: 'dist', target: 'node24', rolldownOptions: { input, output } };
await build({ root, configFile: false, logLevel: 'warn', build: options });
writeFileSync(join(root, 'dist/paddles.1'), execFileSync(process.execPath, [join(root, 'dist/main.js'), 'man']));
const ofDashboard = readFileSync(join(root, 'web/dist/NOTICE.md'), 'utf8').replace(/^# .*\n[^#]*/, '');
writeFileSync(
  join(root, 'NOTICE.md'),
  `# Licences of what this package contains\n\nIn node_modules:\n\n${licences()}\nIn the dashboard, web/dist:\n\n${ofDashboard}`,
);
