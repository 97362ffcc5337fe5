/**
 * Run by `npm pack`: puts what an installed package needs beside the sources. That is the dashboard, and the server as
 * JavaScript, because Node strips no types inside node_modules.
 */
import { build } from 'vite';
import { root } from './install.mjs';

await import('../web/build.ts');
// One file for each of TypeScript, so that paths relative to a file stay true.
const output = { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' };
// Threads are started by the names of their files.
const input = ['src/main.ts', 'src/archive/worker.ts', 'src/cli/takeover/reader-thread.ts'];
const options = { ssr: true, outDir: 'dist', target: 'node24', rolldownOptions: { input, output } };
await build({ root, configFile: false, logLevel: 'warn', build: options });
